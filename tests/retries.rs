//! The pace at which dead letters are retried.

use crate::desk::{Ask, Desk, Does, erring_worker};

#[tokio::test(start_paused = true)]
async fn a_hundred_dead_letters_are_retried_every_ten_seconds() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "").await;
    for n in 0..250 {
        kit.work(n, Does::ErrFirst(1)).await;
    }
    kit.moment().await;
    // After how many seconds something was retried, and how much.
    let mut retried = Vec::new();
    for second in 1..=100 {
        let before = desk.begun().len();
        kit.seconds(1).await;
        let more = desk.begun().len() - before;
        if more > 0 {
            retried.push((second, more));
        }
    }
    let first = retried[0].0;
    assert_eq!(retried, [(first, 100), (first + 10, 100), (first + 20, 50)]);
    kit.finish().await;
}
