//! The store against two implementations of DynamoDB.

mod local {
    use crate::lost_heads::OwnState;
    use crate::{servers::local_dynamodb, tables};

    callsheet_testkit::decisions_contract!(async || tables::decisions(local_dynamodb()).await);
    callsheet_testkit::state_contract!(async || tables::state(local_dynamodb()).await);
    callsheet_testkit::lost_heads_contract!(async || OwnState::new(local_dynamodb()).await);
}

mod second_opinion {
    use crate::lost_heads::OwnState;
    use crate::{servers::second_opinion, tables};

    callsheet_testkit::decisions_contract!(async || tables::decisions(second_opinion()).await);
    callsheet_testkit::state_contract!(async || tables::state(second_opinion()).await);
    callsheet_testkit::lost_heads_contract!(async || OwnState::new(second_opinion()).await);
}
