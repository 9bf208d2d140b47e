//! A browser, as far as installing needs one: it remembers a cookie and follows redirects.

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

/// A browser of one person.
#[derive(Default)]
pub struct Browser {
    cookie: Option<String>,
}

impl Browser {
    /// Opens the app, is sent to Slack, answers there for a workspace, and comes back. Returns the last page.
    pub async fn install(&mut self, app: &str, team: &str, agree: &str) -> String {
        let back = self.answered(app, team, agree).await;
        self.page(&back).await
    }

    /// Does the same, up to the redirect back from Slack.
    pub async fn answered(&mut self, app: &str, team: &str, agree: &str) -> Url {
        let question = self.sent_to_slack(app).await;
        let mut form: Vec<(String, String)> = question.query_pairs().into_owned().collect();
        form.extend([("workspace", team), ("as", "maya"), ("agree", agree)].map(|(n, v)| (n.to_owned(), v.to_owned())));
        let mut address = question.clone();
        address.set_query(None);
        let answer = client().post(address).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 302, "{}", answer.text().await.unwrap());
        location(&answer)
    }

    /// Opens the app, which sends it to Slack.
    pub async fn sent_to_slack(&mut self, app: &str) -> Url {
        let sent = client().get(format!("{app}/slack/install")).send().await.unwrap();
        assert_eq!(sent.status(), 302);
        let cookie = sent.headers()[SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"), "{cookie}");
        self.cookie = cookie.split(';').next().map(str::to_owned);
        location(&sent)
    }

    /// Returns the text of a page.
    pub async fn page(&self, address: &Url) -> String {
        let mut request = client().get(address.clone());
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, format!("other=1; {cookie}"));
        }
        request.send().await.unwrap().text().await.unwrap()
    }
}

fn client() -> Client {
    Client::builder().redirect(Policy::none()).build().unwrap()
}

fn location(answer: &Response) -> Url {
    answer.headers()[LOCATION].to_str().unwrap().parse().unwrap()
}
