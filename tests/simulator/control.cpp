#include "control.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "calendar.hpp"
#include "json_text.hpp"
#include "simulator.hpp"
#include "truth.hpp"

namespace simulator {
namespace {

using Json = nlohmann::json;

Answer answer_with(std::string body) {
  Answer answer;
  answer.body = std::move(body);
  return answer;
}

Answer problem(int status, std::string_view message) {
  Answer answer;
  answer.status = status;
  JsonText(answer.body).open_object().text("error", message).close_object();
  return answer;
}

EntityKind kind_of(const Json& json) {
  const auto kind = find_kind(json.at("kind").get<std::string>());
  if (!kind) throw std::invalid_argument("kind must be campaigns, ad_groups or ads");
  return *kind;
}

int account_of(const Json& json, const World& world) {
  const int account = json.value("account", 0);
  if (account < 0 || account >= world.account_count()) throw std::invalid_argument("no such account");
  return account;
}

World touch(const World& world, const Json& json, Instant now) {
  std::vector<Entity> entities;
  const EntityKind kind = kind_of(json);
  const int account = account_of(json, world);
  for (const std::int64_t index : json.at("indices").get<std::vector<std::int64_t>>()) {
    if (index < 0 || index >= world.count(kind, account)) throw std::invalid_argument("no such index");
    entities.push_back({kind, account, index});
  }
  std::optional<Status> status;
  if (json.contains("status")) {
    status = find_status(json["status"].get<std::string>());
    if (!status) throw std::invalid_argument("no such status");
  }
  return world.touched(entities, now, status);
}

World add(const World& world, const Json& json, Instant now) {
  const auto count = json.at("count").get<std::int64_t>();
  if (json.at("kind") == "pins") return world.with_more_pins(count, now);
  return world.with_more(kind_of(json), account_of(json, world), count, now);
}

}  // namespace

std::string Control::counters() const {
  const Instant now = simulator_.now();
  std::string out = fmt::format("{{{}", simulator_.counters_.describe());
  JsonText json(out);
  json.integer("tokens_issued", simulator_.tokens_.issued()).integer("faults", simulator_.faults_.fired());
  json.key("faults_by_rule").open_array();
  for (const std::int64_t fired : simulator_.faults_.fired_by_rule()) json.integer(fired);
  json.close_array().text("now", format_seconds(unix_seconds(now)) + "Z").close_object();
  return out;
}

Answer Control::look(std::string_view path, std::string_view query) {
  constexpr std::string_view kTruth = "/truth/";
  if (path == "/counters") return answer_with(counters());
  if (path == "/refresh-token") return answer_with(simulator_.tokens_.describe(simulator_.now()));
  if (path == "/requests") {
    const auto pairs = decode_pairs(query);
    const std::string match = pairs && !pairs->empty() ? pairs->front().second : "";
    return answer_with(simulator_.counters_.describe_requests(match));
  }
  if (!path.starts_with(kTruth)) return problem(404, "no such control endpoint");
  auto result = truth(simulator_.world(), simulator_.now(), path.substr(kTruth.size()), query);
  if (const auto* refusal = std::get_if<Refusal>(&result)) return problem(refusal->status, refusal->message);
  return std::get<Answer>(std::move(result));
}

Answer Control::change(std::string_view path, std::string_view body) {
  const Json json = body.empty() ? Json::object() : Json::parse(body);
  Simulator& it = simulator_;
  const Instant now = it.now();
  if (path == "/reset-counters") {
    it.counters_.reset();
  } else if (path == "/reset-limits") {
    it.limits_.reset();
  } else if (path == "/expire-tokens") {
    it.tokens_.expire_access_tokens();
  } else if (path == "/faults") {
    it.faults_.add(json);
  } else if (path == "/advance") {
    it.advance(std::chrono::seconds{json.at("seconds").get<std::int64_t>()});
  } else if (path == "/set-now") {
    const auto moment = parse_instant(json.at("now").get<std::string>());
    if (!moment) throw std::invalid_argument("now must look like 2026-03-01T12:00:00Z");
    it.set_now(*moment);
  } else if (path == "/touch") {
    it.change_world([&](const World& world) { return touch(world, json, now); });
  } else if (path == "/add") {
    it.change_world([&](const World& world) { return add(world, json, now); });
  } else if (path == "/kill-pins") {
    const auto pins = json.at("indices").get<std::vector<std::int64_t>>();
    it.change_world([&](const World& world) { return world.with_dead_pins(pins); });
  } else if (path == "/remove-accounts") {
    const auto accounts = json.at("indices").get<std::vector<int>>();
    it.change_world([&](const World& world) { return world.without_accounts(accounts); });
  } else if (path == "/generation") {
    const auto value = json.at("value").get<std::int64_t>();
    it.change_world([&](const World& world) { return world.with_generation(value, now); });
  } else {
    return problem(404, "no such control endpoint");
  }
  return answer_with("{}");
}

Answer Control::handle(const Request& request, std::string_view target) {
  const std::size_t mark = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, mark);
  const std::string_view query = target.substr(std::min(mark + 1, target.size()));
  try {
    if (request.method == "GET") return look(path, query);
    if (request.method == "POST") return change(path, request.body);
    if (request.method == "DELETE" && path == "/faults") {
      simulator_.faults_.clear();
      return answer_with("{}");
    }
    return problem(405, "no such method here");
  } catch (const std::exception& error) {
    return problem(400, error.what());
  }
}

}  // namespace simulator
