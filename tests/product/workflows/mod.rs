//! Steps of Slack's workflows, which act for no person.

mod steps;
