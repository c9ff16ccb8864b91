//! A chat's chain of blocks, read: one record, or those between two places, from either end.
//!
//! Back is where the blocks lead by themselves. Forwards, some blocks at a time are looked up from the newest one, and
//! the way between them is walked back: twice as many each time, because who looks whether there are newer ones wants one
//! only, and who turns a page a score of them.
//!
//! Each step back leads to a lower place in the file, or is refused: no damage leads in a circle.

use std::ops::RangeInclusive;

use ::sled::IVec;

use super::super::super::paging::Order;
use super::super::super::{Error, Seq, key};
use super::super::held::Row;
use super::block::{Block, jump_depth};
use super::{Archive, Link};
use crate::value::ChatId;

/// How many blocks are looked up at a time, at most.
const AT_ONCE: u32 = 32;

impl Archive {
    /// The record of `chat`, whose newest block is at `newest`, at `seq`.
    pub(in super::super) fn record(&self, chat: ChatId, newest: u64, seq: Seq) -> Result<Option<IVec>, Error> {
        let newest = self.link(newest, chat)?;
        let Some(link) = self.newest_that(newest, |link| link.header.first <= seq)? else { return Ok(None) };
        if link.header.last < seq {
            return Ok(None);
        }
        let block = self.block(link.at, chat)?;
        let record = block.record(block.count_below(seq)).filter(|(place, _)| *place == seq);
        Ok(record.map(|(_, bytes)| bytes.into()))
    }

    /// The records of `chat`, whose newest block is at `newest`, with their keys, in `order`: those at the places from the
    /// one to the other.
    pub(in super::super) fn records(
        &self,
        chat: ChatId,
        newest: u64,
        (from, to): (Seq, Seq),
        order: Order,
    ) -> Result<impl Iterator<Item = Result<Row, Error>>, Error> {
        let newest = self.link(newest, chat)?;
        let way = match order {
            Order::NewestFirst => Way::back(self, newest, to)?,
            Order::OldestFirst => Way::forwards(self, newest, from)?,
        };
        let mut walk = Walk { archive: self, chat, from, to, way, block: None };
        // After an error nobody knows what comes next.
        let mut failed = false;
        Ok(std::iter::from_fn(move || {
            let next = if failed { None } else { walk.next().transpose() };
            failed = matches!(next, Some(Err(_)));
            next
        }))
    }

    /// The block before one that is not the first.
    fn before(&self, link: Link) -> Result<Link, Error> {
        self.earlier(link, link.header.prev, link.header.depth.saturating_sub(1))
    }

    /// The block to which one that is not the first jumps.
    fn jump(&self, link: Link) -> Result<Link, Error> {
        self.earlier(link, link.header.jump, jump_depth(link.header.depth))
    }

    fn earlier(&self, link: Link, at: u64, depth: u32) -> Result<Link, Error> {
        let earlier = self.link(at, link.header.chat)?;
        let fits = earlier.at < link.at && earlier.header.depth == depth && earlier.header.last < link.header.first;
        if fits { Ok(earlier) } else { Err(self.damaged(link.at)) }
    }

    /// The newest block from `link` back of which `fits` is true. Where it is true of one, it must be of all before.
    fn newest_that(&self, mut link: Link, fits: impl Fn(&Link) -> bool) -> Result<Option<Link>, Error> {
        while !fits(&link) {
            if link.header.depth == 0 {
                return Ok(None);
            }
            let jump = self.jump(link)?;
            link = if fits(&jump) && jump.at != link.header.prev { self.before(link)? } else { jump };
        }
        Ok(Some(link))
    }

    /// The block of that depth, from `link` back.
    fn at_depth(&self, mut link: Link, depth: u32) -> Result<Link, Error> {
        while link.header.depth > depth {
            let jumps = jump_depth(link.header.depth) >= depth;
            link = if jumps { self.jump(link)? } else { self.before(link)? };
        }
        Ok(link)
    }
}

/// Which blocks of a chain come next.
enum Way {
    /// The one that begins here, and then those before it; none where this is 0.
    Back(u64),
    /// Those that come later.
    Forwards {
        newest: Link,
        /// Where those begin that were looked up, the next one last.
        ahead: Vec<u64>,
        /// The depth of the first that was not.
        depth: u32,
        /// How many to look up then.
        count: u32,
    },
}

impl Way {
    /// Back, from the newest block that begins no later than at `seq`.
    fn back(archive: &Archive, newest: Link, seq: Seq) -> Result<Self, Error> {
        let first = archive.newest_that(newest, |link| link.header.first <= seq)?;
        Ok(Self::Back(first.map_or(0, |link| link.at)))
    }

    /// Forwards, from the oldest block that reaches `seq`.
    fn forwards(archive: &Archive, newest: Link, seq: Seq) -> Result<Self, Error> {
        let before = archive.newest_that(newest, |link| link.header.last < seq)?;
        let depth = before.map_or(0, |before| before.header.depth + 1);
        Ok(Self::Forwards { newest, ahead: Vec::new(), depth, count: 1 })
    }

    /// The next block.
    fn next(&mut self, archive: &Archive, chat: ChatId) -> Result<Option<Block>, Error> {
        match self {
            Self::Back(0) => Ok(None),
            Self::Back(at) => {
                let block = archive.block(*at, chat)?;
                *at = block.header.prev;
                Ok(Some(block))
            }
            Self::Forwards { newest, ahead, depth, count } => {
                if ahead.is_empty() && *depth <= newest.header.depth {
                    let to = depth.saturating_add(*count - 1).min(newest.header.depth);
                    look_ahead(archive, *newest, *depth..=to, ahead)?;
                    (*depth, *count) = (to.saturating_add(1), (*count * 2).min(AT_ONCE));
                }
                ahead.pop().map(|at| archive.block(at, chat)).transpose()
            }
        }
    }
}

/// Puts where the blocks of these depths begin to `ahead`, the newest first.
fn look_ahead(archive: &Archive, newest: Link, depths: RangeInclusive<u32>, ahead: &mut Vec<u64>) -> Result<(), Error> {
    let mut link = archive.at_depth(newest, *depths.end())?;
    ahead.push(link.at);
    while link.header.depth > *depths.start() {
        link = archive.before(link)?;
        ahead.push(link.at);
    }
    Ok(())
}

/// Records on the way along a chain.
struct Walk<'a> {
    archive: &'a Archive,
    chat: ChatId,
    from: Seq,
    to: Seq,
    way: Way,
    /// The block that is being read, and which of its records is the next: on the way back, the one before that.
    block: Option<(Block, usize)>,
}

impl Walk<'_> {
    fn next(&mut self) -> Result<Option<Row>, Error> {
        loop {
            if let Some((seq, record)) = self.next_of_block() {
                let wanted = self.from <= seq && seq <= self.to;
                return Ok(wanted.then(|| (IVec::from(&key::of_record(self.chat, seq)), record)));
            }
            let Some(block) = self.way.next(self.archive, self.chat)? else { return Ok(None) };
            let start = match self.way {
                Way::Forwards { .. } => block.count_below(self.from),
                Way::Back(_) => self.to.0.checked_add(1).map_or(block.len(), |end| block.count_below(Seq(end))),
            };
            self.block = Some((block, start));
        }
    }

    /// The next record of the block at hand, if it has one.
    fn next_of_block(&mut self) -> Option<(Seq, IVec)> {
        let (block, nth) = self.block.as_mut()?;
        let here = match self.way {
            Way::Forwards { .. } => {
                *nth += 1;
                *nth - 1
            }
            Way::Back(_) => {
                *nth = nth.checked_sub(1)?;
                *nth
            }
        };
        block.record(here).map(|(seq, record)| (seq, record.into()))
    }
}
