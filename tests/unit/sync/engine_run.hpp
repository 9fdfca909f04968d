// A whole run against the fake API, and what came of it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/fake_clock.hpp"
#include "fakes/fake_pinterest.hpp"
#include "fakes/fake_server.hpp"
#include "fakes/output_file.hpp"
#include "fakes/test_selection.hpp"
#include "tap_pinterest/sync/engine.hpp"

namespace tap_pinterest::sync {

using singer::Json;

inline singer::State state_of(const Json& document) {
  std::vector<std::string> problems;
  return singer::State::parse(document.dump(), problems);
}

class EngineRun {
 public:
  EngineRun(const fakes::FakePinterest& api, config::Config config,
            const std::vector<std::string_view>& streams, const Json& state = Json::object())
      : server([this, api](const http::Request& request) {
          if (on_request) on_request(server_requests_++);
          return api(request);
        }),
        config_(std::move(config)),
        engine({.config = config_,
                .clock = clock,
                .make_transport = server.factory(),
                .output = output.descriptor(),
                .random_seed = 1},
               fakes::select_streams(streams, config_), state_of(state)) {}

  EngineRun& run() {
    result = engine.run();
    lines = output.lines();
    return *this;
  }

  std::vector<Json> records(std::string_view stream) const {
    std::vector<Json> found;
    for (const Json& line : lines) {
      if (line.at("type") == "RECORD" && line.at("stream") == stream) found.push_back(line.at("record"));
    }
    return found;
  }
  // All records as text, without the time at which they were read.
  std::set<std::string> record_set() const {
    std::set<std::string> found;
    for (const Json& line : lines) {
      if (line.at("type") == "RECORD") found.insert(line.at("stream").dump() + line.at("record").dump());
    }
    return found;
  }
  std::size_t record_count() const {
    std::size_t count = 0;
    for (const Json& line : lines) count += line.at("type") == "RECORD" ? 1 : 0;
    return count;
  }
  // The last line, which must be a STATE.
  Json state() const {
    EXPECT_FALSE(lines.empty());
    EXPECT_EQ(lines.back().at("type"), "STATE");
    return lines.back().at("value");
  }
  // The entry of a stream and account in it; null if there is none.
  Json entry(const std::string& stream, const std::string& account = "") const {
    const singer::State last = state_of(state());
    return last.find(stream, account.empty() ? "" : "ad_account_id", account).value_or(Json());
  }

  fakes::FakeClock clock;
  fakes::OutputFile output;
  // Called with the number of the request, from 0 on, before it is answered.
  std::function<void(std::size_t)> on_request;
  fakes::FakeServer server;

 private:
  config::Config config_;
  std::size_t server_requests_ = 0;

 public:
  Engine engine;
  RunResult result;
  std::vector<Json> lines;
};

}  // namespace tap_pinterest::sync
