// Time for several threads that passes only when all of them wait, so that a run of days takes no time and
// comes out the same on any machine.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <utility>

#include "tap_pinterest/util/clock.hpp"

namespace tap_pinterest::limits {

// One thread runs at a time; the next one goes when it waits, sleeps or leaves. First those go that wait to
// be woken and have not looked since something may have changed, then whoever's time comes first.
class VirtualTime final : public util::Clock {
 public:
  explicit VirtualTime(util::Instant begin) : begin_(begin) {}

  util::SteadyTime steady_now() const override { return now_.load(); }
  util::Instant system_now() const override {
    return begin_ + std::chrono::duration_cast<std::chrono::microseconds>(now_.load() - kSteadyBegin);
  }

  // So many threads will join() before any of them runs.
  void expect(int threads) {
    const std::scoped_lock lock(mutex_);
    missing_ += threads;
  }
  // The calling thread takes part until leave(). Of threads that could go at the same moment the one with the
  // lowest rank goes first.
  void join(int rank) {
    std::unique_lock lock(mutex_);
    Member& self = members_[std::this_thread::get_id()];
    self.rank = rank;
    --missing_;
    stand_by(lock, self, now_.load());
  }
  void leave() {
    const std::scoped_lock lock(mutex_);
    members_.erase(std::this_thread::get_id());
    ++changes_;
    go_on();
  }

  // What the thread does afterwards may matter to those that wait to be woken.
  void sleep(util::SteadyTime::duration time) {
    std::unique_lock lock(mutex_);
    stand_by(lock, members_.at(std::this_thread::get_id()), now_.load() + time);
    ++changes_;
  }

  // No thread is ever notified: all look again whenever something may have changed.
  void wait_until(std::unique_lock<std::mutex>& others, std::condition_variable& /*wake*/,
                  util::SteadyTime deadline) override {
    others.unlock();
    {
      std::unique_lock lock(mutex_);
      Member& self = members_.at(std::this_thread::get_id());
      self.looks_again = true;
      for (auto& [id, member] : members_) {
        if (!member.looks_again || member.rank != self.rank) continue;
        member.seen = changes_;
        member.due = deadline;
      }
      stand_by(lock, self, deadline);
      self.looks_again = false;
    }
    others.lock();
  }

  // While nobody takes part.
  void advance(util::SteadyTime::duration time) { now_ = now_.load() + time; }

 private:
  static constexpr util::SteadyTime kSteadyBegin{std::chrono::hours(1000)};

  struct Member {
    int rank = 0;
    util::SteadyTime due;
    std::uint64_t turn = 0;  // who has waited for longer goes first
    bool looks_again = false;
    std::uint64_t seen = 0;  // of changes_
    bool goes = false;
    std::condition_variable wake;
  };

  void stand_by(std::unique_lock<std::mutex>& lock, Member& self, util::SteadyTime due) {
    self.due = due;
    self.turn = ++turns_;
    self.goes = false;
    go_on();
    self.wake.wait(lock, [&] { return self.goes; });
    if (stuck_) throw std::logic_error("all threads wait to be woken by each other");
  }

  void go_on() {
    if (missing_ > 0 || members_.empty()) return;
    const auto order = [this](const auto& entry) {
      const Member& member = entry.second;
      const bool at_once = member.looks_again && member.seen < changes_;
      return std::tuple(at_once ? util::SteadyTime::min() : member.due, member.rank, member.turn);
    };
    Member& next = std::ranges::min_element(members_, {}, order)->second;
    const bool at_once = next.looks_again && next.seen < changes_;
    stuck_ = !at_once && next.due == util::SteadyTime::max();
    if (!at_once && !stuck_) now_ = std::max(now_.load(), next.due);
    next.goes = true;
    next.wake.notify_one();
  }

  const util::Instant begin_;
  std::atomic<util::SteadyTime> now_ = kSteadyBegin;
  std::mutex mutex_;
  std::map<std::thread::id, Member> members_;
  int missing_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t turns_ = 0;
  bool stuck_ = false;
};

}  // namespace tap_pinterest::limits
