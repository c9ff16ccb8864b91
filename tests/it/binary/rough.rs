//! A bad road between the binary and a stand-in: connections are lost before or after a request was applied, answers
//! break off in the middle, or come drop by drop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

/// In how many pieces a dripping answer comes, and how far apart.
const DROPS: usize = 8;
const PAUSE: Duration = Duration::from_millis(40);

/// Passes connections on to a server until it is dropped.
pub(super) struct RoughRoad {
    url: String,
    condition: Arc<Condition>,
    serving: JoinHandle<()>,
}

/// Whether it is rough just now, and what has happened on it.
#[derive(Default)]
struct Condition {
    delay: Duration,
    is_smooth: AtomicBool,
    mishaps: AtomicU64,
}

/// What becomes of some bytes.
enum Fate {
    Arrive,
    /// Lost, and the connection with them.
    Lost,
    /// Half of them arrive, and the connection is lost.
    Halved,
    /// They arrive one after the other.
    Drip,
}

impl RoughRoad {
    /// Leads to the server of a URL such as `http://127.0.0.1:1234/path`; `seed` decides what happens. Each answer is
    /// up to `delay` under way.
    pub(super) async fn to(url: &str, seed: u64, delay: Duration) -> Self {
        let rest = url.strip_prefix("http://").unwrap();
        let server = rest.split('/').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = url.replace(&server, &listener.local_addr().unwrap().to_string());
        let condition = Arc::new(Condition { delay, ..Condition::default() });
        Self { url, condition: condition.clone(), serving: tokio::spawn(serve(listener, server, condition, seed)) }
    }

    /// The server's URL by way of this road.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Lets everything through from now on; how often something went wrong until here.
    pub(super) fn mend(&self) -> u64 {
        self.condition.is_smooth.store(true, Ordering::Relaxed);
        self.condition.mishaps.load(Ordering::Relaxed)
    }
}

impl Drop for RoughRoad {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Condition {
    fn fate(&self, random: &mut StdRng, from_server: bool) -> Fate {
        if self.is_smooth.load(Ordering::Relaxed) || !random.gen_ratio(1, 25) {
            return Fate::Arrive;
        }
        self.mishaps.fetch_add(1, Ordering::Relaxed);
        match random.gen_range(0..3) {
            1 if from_server => Fate::Halved,
            2 if from_server => Fate::Drip,
            _ => Fate::Lost,
        }
    }
}

async fn serve(listener: TcpListener, server: String, condition: Arc<Condition>, seed: u64) {
    let mut seeds = StdRng::seed_from_u64(seed);
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = TcpStream::connect(&server).await else { continue };
        // Either way may end the connection, which ends both.
        let end = CancellationToken::new();
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        for (from, to, is_from_server) in [(from_client, to_server, false), (from_server, to_client, true)] {
            let (condition, random, end) = (condition.clone(), StdRng::seed_from_u64(seeds.r#gen()), end.clone());
            tokio::spawn(async move {
                end.run_until_cancelled(carry(from, to, &condition, random, is_from_server)).await;
                end.cancel();
            });
        }
    }
}

/// Carries bytes one way until either side, or fate, ends the connection.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    condition: &Condition,
    mut random: StdRng,
    is_from_server: bool,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..read];
        if is_from_server {
            sleep(condition.delay.mul_f64(random.r#gen())).await;
        }
        let arrived = match condition.fate(&mut random, is_from_server) {
            Fate::Arrive => to.write_all(bytes).await,
            Fate::Lost => return,
            Fate::Halved => return drop(to.write_all(&bytes[..read / 2]).await),
            Fate::Drip => drip(bytes, &mut to).await,
        };
        if arrived.is_err() {
            return;
        }
    }
}

async fn drip(bytes: &[u8], to: &mut OwnedWriteHalf) -> std::io::Result<()> {
    for drop in bytes.chunks(bytes.len().div_ceil(DROPS)) {
        to.write_all(drop).await?;
        sleep(PAUSE).await;
    }
    Ok(())
}
