//! The same question at the same moment is one call with several answers.

use std::{collections::HashSet, pin::pin, sync::Arc};

use futures_util::future::join_all;

use super::{Bench, FOUND, is_found, outcome};
use ceknomor::{
    inquiry::{Wait, parse::Request},
    value::Rupiah,
};

#[tokio::test]
async fn twenty_agents_who_ask_the_same_make_one_call() {
    let bench = Bench::new().await;
    bench.klikoo.hold();
    let mut asking = pin!(join_all((0..20).map(|_| bench.ask_briefly(FOUND))));
    bench.begin(asking.as_mut(), 1).await;
    bench.klikoo.release();
    let answers = asking.await;
    assert_eq!((answers.len(), bench.calls()), (20, 1));
    assert!(answers.iter().all(|asked| *asked == answers[0]) && is_found(answers[0].clone()));
}

#[tokio::test]
async fn another_number_product_or_nominal_is_another_question() {
    let bench = Bench::new().await;
    bench.klikoo.hold();
    let ask = |product, number, nominal| Request { nominal, ..bench.request(product, number) };
    let requests = [
        ask("DNOPEN", "081000000001", Some(Rupiah(20_000))),
        ask("DNOPEN", "081000000001", Some(Rupiah(30_000))),
        ask("DNOPEN", "081000000002", Some(Rupiah(20_000))),
        ask("DN1", "081000000001", None),
    ];
    let mut asking = pin!(join_all(requests.iter().map(|request| bench.inquiry.ask(request, Wait::Briefly))));
    bench.begin(asking.as_mut(), 4).await;
    bench.klikoo.release();
    let references: HashSet<_> = asking.await.into_iter().map(|asked| outcome(asked).reference).collect();
    assert_eq!((references.len(), bench.calls()), (4, 4));
}

#[tokio::test]
async fn who_asks_after_the_answer_asks_anew() {
    let bench = Bench::new().await;
    let (first, second) = (outcome(bench.ask(FOUND).await), outcome(bench.ask(FOUND).await));
    assert_ne!(first.reference, second.reference);
    assert_eq!(bench.calls(), 2);
}

#[tokio::test]
async fn the_first_who_asked_may_go_away() {
    let bench = Arc::new(Bench::new().await);
    bench.klikoo.hold();
    let first = tokio::spawn({
        let bench = bench.clone();
        async move { bench.ask(FOUND).await }
    });
    bench.klikoo.arrived(1).await;
    let mut second = pin!(bench.ask(FOUND));
    bench.begin(second.as_mut(), 1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    bench.klikoo.release();
    assert!(is_found(second.await));
    assert_eq!(bench.calls(), 1);
}
