//! A chat's chain of blocks, read: one record, or those between two places, from either end.
//!
//! Back is where the blocks lead by themselves. Forwards, some blocks at a time are looked up from the newest one, and
//! the way between them is walked back: twice as many each time, because who looks whether there are newer ones wants one
//! only, and who turns a page a score of them.
//!
//! Each step leads to a lower place in the file, or is refused: no damage leads in a circle.

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

    /// The records of `chat`, whose newest block is at `newest`, with their keys, in `order`: those at the places
    /// from the one to the other.
    pub(in super::super) fn records(
        &self,
        chat: ChatId,
        newest: u64,
        (from, to): (Seq, Seq),
        order: Order,
    ) -> impl Iterator<Item = Result<Row, Error>> {
        let mut walk = Walk { archive: self, chat, newest, from, to, state: State::Begin(order), block: None };
        // After an error nobody knows what comes next.
        let mut failed = false;
        std::iter::from_fn(move || {
            let next = if failed { None } else { walk.next().transpose() };
            failed = matches!(next, Some(Err(_)));
            next
        })
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

    /// The depth of the oldest block that reaches `seq`, from `link` back; one more than `link`'s own where that does not.
    fn first_to_reach(&self, link: Link, seq: Seq) -> Result<u32, Error> {
        let before = self.newest_that(link, |link| link.header.last < seq)?;
        Ok(before.map_or(0, |before| before.header.depth + 1))
    }
}

/// The way along a chain.
struct Walk<'a> {
    archive: &'a Archive,
    chat: ChatId,
    newest: u64,
    from: Seq,
    to: Seq,
    state: State,
    /// The block that is being read, and which of its records is the next: for the way back, the one before that.
    block: Option<(Block, usize)>,
}

/// Which block comes next.
enum State {
    /// The first of all.
    Begin(Order),
    /// On the way back: the one at this place.
    Back(u64),
    /// On the way forwards.
    Forwards {
        newest: Link,
        /// Where those are that were looked up, the next one last.
        ahead: Vec<u64>,
        /// The depth of the first that was not.
        depth: u32,
        /// How many to look up then.
        count: u32,
    },
}

impl Walk<'_> {
    fn next(&mut self) -> Result<Option<Row>, Error> {
        loop {
            if let Some(row) = self.next_of_block() {
                return Ok(row);
            }
            let Some(at) = self.next_block()? else { return Ok(None) };
            let block = self.archive.block(at, self.chat)?;
            let start = match self.state {
                State::Forwards { .. } => block.count_below(self.from),
                _ => self.to.0.checked_add(1).map_or(block.len(), |end| block.count_below(Seq(end))),
            };
            self.block = Some((block, start));
        }
    }

    /// The next record of the block at hand; `Some(None)` where it is beyond the last that is wanted, `None` where the
    /// block has no more.
    fn next_of_block(&mut self) -> Option<Option<Row>> {
        let (block, nth) = self.block.as_mut()?;
        let forwards = matches!(self.state, State::Forwards { .. });
        let here = if forwards { *nth } else { nth.checked_sub(1)? };
        let (seq, record) = block.record(here)?;
        *nth = if forwards { here + 1 } else { here };
        let wanted = self.from <= seq && seq <= self.to;
        Some(wanted.then(|| (IVec::from(&key::of_record(self.chat, seq)), record.into())))
    }

    /// Where the next block begins.
    fn next_block(&mut self) -> Result<Option<u64>, Error> {
        if let State::Begin(order) = self.state {
            return self.first_block(order);
        }
        match &mut self.state {
            State::Begin(_) => Ok(None),
            State::Back(at) => {
                let Some((block, _)) = &self.block else { return Ok(Some(*at)) };
                *at = block.header.prev;
                Ok((*at != 0).then_some(*at))
            }
            State::Forwards { newest, ahead, depth, count } => {
                if ahead.is_empty() && *depth <= newest.header.depth {
                    let to = depth.saturating_add(*count - 1).min(newest.header.depth);
                    look_ahead(self.archive, *newest, *depth..=to, ahead)?;
                    (*depth, *count) = (to + 1, (*count * 2).min(AT_ONCE));
                }
                Ok(ahead.pop())
            }
        }
    }

    fn first_block(&mut self, order: Order) -> Result<Option<u64>, Error> {
        let newest = self.archive.link(self.newest, self.chat)?;
        match order {
            Order::NewestFirst => {
                let to = self.to;
                let Some(link) = self.archive.newest_that(newest, |link| link.header.first <= to)? else {
                    return Ok(None);
                };
                self.state = State::Back(link.at);
            }
            Order::OldestFirst => {
                let depth = self.archive.first_to_reach(newest, self.from)?;
                self.state = State::Forwards { newest, ahead: Vec::new(), depth, count: 1 };
            }
        }
        self.next_block()
    }
}

/// Puts the places of the blocks of these depths to `ahead`, the newest first.
fn look_ahead(archive: &Archive, newest: Link, depths: RangeInclusive<u32>, ahead: &mut Vec<u64>) -> Result<(), Error> {
    let mut link = archive.at_depth(newest, *depths.end())?;
    ahead.push(link.at);
    while link.header.depth > *depths.start() {
        link = archive.before(link)?;
        ahead.push(link.at);
    }
    Ok(())
}
