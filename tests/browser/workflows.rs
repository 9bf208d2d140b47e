//! The app's steps in workflows, run by a person in the page.

use crate::stage::demo;

#[tokio::test]
async fn a_step_is_filled_in_and_ends_with_outputs_or_an_error() {
    demo(|page| async move {
        page.click("[data-tab-of=events]", "").await;
        page.pick("#step-which", "assign_conversation").await;
        page.type_into("#step-conversation", "Ana Lima").await;
        page.pick("#step-person", "U0ZOE").await;
        page.click("#run-step", "").await;
        page.shows(".execution .error", "Workflow steps can't use dialnote in this workspace.").await;

        page.say("/dialnote settings").await;
        page.click(".modal [data-focus^='workflows'], .modal label", "Workflow steps can assign").await;
        page.click(".modal [type=submit]", "").await;
        page.until("!document.querySelector('.modal')").await;
        page.shows("#messages", "The new rules apply now.").await;
        page.click("#run-step", "").await;
        page.shows(".execution[data-step=assign_conversation] dd", "Zoe").await;
        page.has("conv_1001", "Zoe Park").await;

        page.pick("#step-which", "find_conversation").await;
        page.click("#run-step", "").await;
        page.until("document.querySelector('#step-conversation:invalid')").await;
        page.type_into("#step-conversation", "conv_1003\u{e007}").await;
        page.shows(".execution[data-step=find_conversation] dd", "Diana Okafor").await;
    })
    .await;
}
