// The whole of the simulated Pinterest behind one function: a request in, a reply out. No sockets; threads
// may call it at once.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "api.hpp"
#include "counters.hpp"
#include "faults.hpp"
#include "limits.hpp"
#include "message.hpp"
#include "options.hpp"
#include "reports.hpp"
#include "tokens.hpp"
#include "world.hpp"

namespace simulator {

Clock system_clock();
// A clock that starts at a moment and runs on at real speed.
Clock clock_from(Instant start);

class Simulator {
 public:
  explicit Simulator(Options options, Clock clock = system_clock());

  Reply handle(const Request& request);

  const Options& options() const { return options_; }
  Instant now() const;
  World world() const;
  Counters& counters() { return counters_; }
  Faults& faults() { return faults_; }

  // What the control endpoints do; see README.md.
  void advance(std::chrono::microseconds step);
  void set_now(Instant now);
  // Links to reports lead to this port from now on.
  void set_download_port(unsigned short port) { download_port_ = port; }
  template <typename Change>
  void change_world(Change change) {
    const std::scoped_lock lock(mutex_);
    world_ = change(world_);
  }

 private:
  friend class Control;

  Reply handle_api(const Request& request);
  Answer work(const Request& request, const Match& match, std::string_view query, std::string& own_bookmark);
  Result call(const Request& request, const Match& match, std::string_view query, std::string& own_bookmark);
  std::optional<Refusal> check_token(const Request& request, const Endpoint& endpoint) const;
  Answer token_answer(const Request& request);
  Answer proxy_answer(const Request& request);
  std::string origin(const Request& request) const;
  // Counts against the limits; the answer 429 if there is nothing left.
  std::optional<Answer> limit(std::string_view category, Answer& headers);
  Answer refuse(const Refusal& refusal, std::string_view endpoint, std::string_view query);

  const Options options_;
  Clock clock_;
  mutable std::mutex mutex_;
  std::chrono::microseconds offset_{0};
  World world_;
  Tokens tokens_;
  Limits limits_;
  Faults faults_;
  Counters counters_;
  Reports reports_;
  std::atomic<unsigned short> download_port_{0};
};

}  // namespace simulator
