#include "faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "json_text.hpp"

namespace simulator {
namespace {

using Json = nlohmann::json;

constexpr std::array kKinds{"status",
                            "html",
                            "body",
                            "reset",
                            "truncate",
                            "stall",
                            "close_before_answer",
                            "empty_page",
                            "repeat_bookmark",
                            "duplicate_rows",
                            "conflicting_rows",
                            "delay",
                            "report"};

FaultKind kind_named(const std::string& name) {
  const auto* const found = std::ranges::find(kKinds, name);
  if (found == kKinds.end()) throw std::invalid_argument("unknown kind of fault: " + name);
  return static_cast<FaultKind>(found - kKinds.begin());
}

Fate fate_named(const std::string& name) {
  const auto fate = find_fate(name);
  if (!fate) throw std::invalid_argument("unknown end of a report: " + name);
  return *fate;
}

std::string body_text(const Json& rule) {
  if (!rule.contains("body")) return {};
  return rule["body"].is_string() ? rule["body"].get<std::string>() : rule["body"].dump();
}

void refuse_unknown_keys(const Json& rule) {
  constexpr std::array kKeys{"endpoint", "match", "nth",     "every",       "times",    "kind",
                             "status",   "body",  "headers", "after_bytes", "stall_ms", "report"};
  for (const auto& [key, value] : rule.items()) {
    if (std::ranges::find(kKeys, key) == kKeys.end()) {
      throw std::invalid_argument("unknown key in a fault rule: " + key);
    }
  }
}

FaultRule read_rule(const Json& json) {
  refuse_unknown_keys(json);
  FaultRule rule;
  rule.endpoint = json.value("endpoint", "*");
  rule.match = json.value("match", "");
  rule.kind = kind_named(json.at("kind").get<std::string>());
  if (json.contains("nth")) {
    const Json& nth = json["nth"];
    rule.from = nth.is_array() ? nth.at(0).get<std::int64_t>() : nth.get<std::int64_t>();
    rule.to = nth.is_array() ? nth.at(1).get<std::int64_t>() : rule.from;
  }
  rule.every = json.value("every", std::int64_t{0});
  rule.times = json.value("times", std::int64_t{-1});
  rule.status = json.value("status", rule.kind == FaultKind::kStatus ? 500 : 200);
  rule.body = body_text(json);
  rule.headers = json.value("headers", std::map<std::string, std::string>{});
  rule.after_bytes = json.value("after_bytes", std::size_t{0});
  rule.stall = std::chrono::milliseconds{json.value("stall_ms", std::int64_t{0})};
  rule.fate = fate_named(json.value("report", "none"));
  return rule;
}

bool matches(const FaultRule& rule, std::string_view endpoint, const Request& request) {
  return (rule.endpoint == "*" || rule.endpoint == endpoint) &&
         (request.target.find(rule.match) != std::string::npos ||
          request.body.find(rule.match) != std::string::npos);
}

// Counts the request; true if its turn has come.
bool is_due(FaultRule& rule) {
  ++rule.seen;
  if (rule.times >= 0 && rule.fired >= rule.times) return false;
  if (rule.seen < rule.from || (rule.to >= 0 && rule.seen > rule.to)) return false;
  return rule.every <= 1 || (rule.seen - rule.from + 1) % rule.every == 0;
}

// The end of the JSON value that begins at `from` with a bracket.
std::size_t value_end(std::string_view json, std::size_t from) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = from; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return json.size();
}

// Where the list of rows or items begins: after its `[`.
std::size_t rows_begin(std::string_view body) {
  if (body.starts_with("[")) return 1;
  constexpr std::string_view kItems = "\"items\":[";
  const std::size_t items = body.find(kItems);
  return items == std::string_view::npos ? std::string_view::npos : items + kItems.size();
}

void repeat_first_row(std::string& body, bool conflicting) {
  const std::size_t from = rows_begin(body);
  if (from == std::string::npos || from >= body.size() || body[from] != '{') return;
  const std::size_t end = value_end(body, from);
  std::string copy = body.substr(from, end - from);
  if (conflicting) {
    copy.pop_back();
    const char* const column = copy.find("SPEND_IN_DOLLAR") != std::string::npos ? "SPEND_IN_DOLLAR" : "name";
    copy += fmt::format(",\"{}\":987654.32}}", column);
  }
  body.insert(end, "," + copy);
}

// Puts `bookmark` in the place of whatever the list page says; the page is {"items":[…],"bookmark":…}.
void replace_bookmark(std::string& body, const std::string& bookmark, bool keep_items) {
  const std::size_t from = rows_begin(body);
  if (body.starts_with("[") || from == std::string::npos) return;
  const std::size_t end = value_end(body, from - 1);
  std::string page = keep_items ? body.substr(0, end) : "{\"items\":[]";
  page += ",\"bookmark\":";
  append_quoted(page, bookmark);
  body = page + "}";
}

}  // namespace

void Faults::add(const Json& rules) {
  std::vector<FaultRule> read;
  for (const Json& rule : rules) read.push_back(read_rule(rule));
  const std::scoped_lock lock(mutex_);
  rules_.insert(rules_.end(), read.begin(), read.end());
}

void Faults::clear() {
  const std::scoped_lock lock(mutex_);
  rules_.clear();
}

std::optional<FaultRule> Faults::pick(std::string_view endpoint, const Request& request) {
  const std::scoped_lock lock(mutex_);
  std::optional<FaultRule> picked;
  for (FaultRule& rule : rules_) {
    if (!matches(rule, endpoint, request) || !is_due(rule) || picked) continue;
    ++rule.fired;
    ++fired_;
    picked = rule;
  }
  return picked;
}

std::int64_t Faults::fired() const {
  const std::scoped_lock lock(mutex_);
  return fired_;
}

std::vector<std::int64_t> Faults::fired_by_rule() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::int64_t> counts;
  for (const FaultRule& rule : rules_) counts.push_back(rule.fired);
  return counts;
}

bool comes_after_work(FaultKind kind) {
  return kind != FaultKind::kStatus && kind != FaultKind::kHtml && kind != FaultKind::kBody;
}

Answer substitute(const FaultRule& rule) {
  Answer answer;
  answer.status = rule.status;
  for (const auto& [name, value] : rule.headers) answer.headers.emplace_back(name, value);
  answer.body = rule.body;
  if (rule.kind == FaultKind::kHtml) {
    answer.content_type = "text/html";
    if (rule.body.empty()) answer.body = "<html><body><h1>Something is odd</h1></body></html>";
  } else if (rule.body.empty() && rule.kind == FaultKind::kStatus) {
    const int code = rule.status == 429 ? 8 : rule.status == 401 ? 2 : rule.status == 403 ? 29 : 0;
    answer.body = fmt::format(R"({{"code":{},"message":"A fault on demand."}})", code);
  }
  return answer;
}

void disturb(const FaultRule& rule, const std::string& own_bookmark, Reply& reply) {
  using Wire = WireFault::Kind;
  switch (rule.kind) {
    case FaultKind::kReset:
      reply.wire = WireFault{Wire::kReset, rule.after_bytes, {}};
      break;
    case FaultKind::kTruncate:
      reply.wire = WireFault{Wire::kTruncate, rule.after_bytes, {}};
      break;
    case FaultKind::kStall:
      reply.wire = WireFault{Wire::kStall, rule.after_bytes, rule.stall};
      break;
    case FaultKind::kClose:
      reply.wire = WireFault{Wire::kClose, 0, {}};
      break;
    case FaultKind::kEmptyPage:
      replace_bookmark(reply.answer.body, own_bookmark, false);
      break;
    case FaultKind::kRepeatBookmark:
      replace_bookmark(reply.answer.body, own_bookmark, true);
      break;
    case FaultKind::kDuplicateRows:
    case FaultKind::kConflictingRows:
      repeat_first_row(reply.answer.body, rule.kind == FaultKind::kConflictingRows);
      break;
    case FaultKind::kDelay:
      reply.delay = rule.stall;
      break;
    default:
      break;
  }
}

}  // namespace simulator
