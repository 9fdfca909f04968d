// What the API sends.
#include "tap_pinterest/pinterest/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "fakes/fake_clock.hpp"
#include "fakes/test_config.hpp"
#include "fuzz.hpp"
#include "tap_pinterest/http/rate_limiter.hpp"
#include "tap_pinterest/log/format.hpp"
#include "tap_pinterest/pinterest/api_clock.hpp"
#include "tap_pinterest/pinterest/errors.hpp"
#include "tap_pinterest/pinterest/token_request.hpp"
#include "tap_pinterest/singer/json_reader.hpp"
#include "tap_pinterest/singer/projection.hpp"
#include "tap_pinterest/util/dates.hpp"

namespace tap_pinterest::fuzz {
namespace {

using config::Granularity;
using pinterest::Rows;

constexpr std::string_view kExtracted = "2026-11-24T10:00:00Z";

// A stream with all of its fields.
struct Format {
  explicit Format(std::string_view stream, Granularity granularity = Granularity::day)
      : config([granularity] {
          config::Config made = fakes::test_config();
          made.analytics.granularity = granularity;
          return made;
        }()),
        schema(pinterest::describe(*pinterest::find_stream(stream), config).schema),
        projection(schema, schema),
        record(*pinterest::find_stream(stream), projection, std::string(stream)) {}

  config::Config config;
  Json schema;
  singer::Projection projection;
  pinterest::RecordFormat record;
};

bool has_type(const Json& schema, std::string_view name) {
  const Json type = schema.value("type", Json());
  return type.is_array() ? std::ranges::find(type, Json(name)) != type.end() : type == name;
}

// Puts the fields that no schema has, wherever they are, under their paths, as in "items[2].name".
void collect_unknown(const Json& schema, const Json& sent, const std::string& path, Json& unknown) {
  if (sent.is_object() && has_type(schema, "object") && schema.contains("properties")) {
    for (const auto& [name, value] : sent.items()) {
      const std::string place = path.empty() ? name : path + "." + name;
      const auto child = schema.at("properties").find(name);
      if (child == schema.at("properties").end() || place == singer::kAdditionalFields) {
        unknown[place] = value;
      } else {
        collect_unknown(*child, value, place, unknown);
      }
    }
  } else if (sent.is_array() && has_type(schema, "array") && schema.contains("items")) {
    for (std::size_t i = 0; i < sent.size(); ++i) {
      collect_unknown(schema.at("items"), sent[i], fmt::format("{}[{}]", path, i), unknown);
    }
  }
}

// An entity as the hot path is to write it: what no schema has is in a column of its own.
Json with_additional_fields(const Json& schema, Json sent) {
  Json unknown;
  collect_unknown(schema, sent, {}, unknown);
  sent[singer::kAdditionalFields] = std::move(unknown);
  return sent;
}

// Holds what was written for a place in the schema to what was sent for it, where that is of the declared
// kind. The rest is converted by rules of its own.
void compare(const Json& schema, const Json& sent, const Json& written, const std::string& place) {
  const auto same = [&](bool holds) {
    if (!holds)
      check(false, place + ": what is written is what was sent", sent.dump() + "\n" + written.dump());
  };
  if (sent.is_null()) {
    same(written.is_null());
  } else if (sent.is_object() && has_type(schema, "object")) {
    // The order of members means nothing, and a repeated key has two places.
    if (!schema.contains("properties")) return same(nlohmann::json(written) == nlohmann::json(sent));
    same(written.is_object() && written.size() == schema.at("properties").size());
    for (const auto& [name, child] : schema.at("properties").items()) {
      compare(child, sent.value(name, Json()), written.at(name), place + "." + name);
    }
  } else if (sent.is_array() && has_type(schema, "array")) {
    if (!schema.contains("items")) return same(written == sent);
    same(written.is_array() && written.size() == sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
      compare(schema.at("items"), sent[i], written[i], place + "[]");
    }
  } else if (sent.is_string() && has_type(schema, "string") && !schema.contains("format")) {
    same(written == sent);
  } else if (sent.is_boolean() && has_type(schema, "boolean")) {
    same(written == sent);
  } else if (sent.is_number() && has_type(schema, "number")) {
    same(written == sent);
  } else if (sent.is_number_integer() && has_type(schema, "integer")) {
    same(written == sent ||
         (written.is_null() && (schema.contains("minimum") || schema.contains("maximum"))));
  } else if (sent.is_object() || sent.is_array()) {
    same(written.is_null());
  }
}

// The body as nlohmann reads it, if need be once what it refuses is repaired; nothing if it is no JSON.
std::optional<Json> plain(std::string_view body) {
  Json parsed = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_discarded()) return parsed;
  std::string text;
  singer::JsonWriter writer(text);
  singer::JsonReader reader(writer, singer::Oddities::repaired);
  reader.read(body, /*is_last=*/true);
  if (reader.error()) return std::nullopt;
  return Json::parse(text);
}

// The records of an answer, held to the protocol and to the stream's key.
std::vector<Json> records_of(const Format& format, const Rows& rows) {
  std::vector<Json> records;
  for (Json& line : parse_lines(rows.lines.text())) {
    check(line.at("type") == "RECORD" && line.at("stream") == format.record.stream->id &&
              line.at("time_extracted") == kExtracted,
          "every line is a RECORD of the stream");
    for (const std::string_view key : format.record.stream->key) {
      check(key.empty() || line.at("record").at(key).is_string(), "every record has its key", line.dump());
    }
    records.push_back(std::move(line.at("record")));
  }
  check(records.size() == rows.records, "every record is counted");
  return records;
}

// Reads with the hot path, in pieces of so many bytes; nothing if it refuses.
template <typename MakeReader>
std::optional<pinterest::ListRows> read_in_pieces(const MakeReader& make_reader, std::string_view input,
                                                  std::size_t size) {
  try {
    pinterest::AnswerReader reader = make_reader();
    for (std::size_t at = 0; at < input.size(); at += size) reader.read(std::string(input.substr(at, size)));
    return reader.finish();
  } catch (const pinterest::UnreadableAnswer& error) {
    check(*error.what() != '\0', "a refusal has a reason");
  } catch (const pinterest::UnusableRow& error) {
    check(*error.what() != '\0', "a refusal has a reason");
  }
  return std::nullopt;
}

template <typename MakeReader>
std::optional<pinterest::ListRows> accepted(const MakeReader& make_reader, std::string_view input) {
  constexpr std::size_t kSmall = 7;
  auto rows = read_in_pieces(make_reader, input, input.size() + 1);
  const auto in_pieces = read_in_pieces(make_reader, input, kSmall);
  check(rows.has_value() == in_pieces.has_value() && (!rows || rows->lines.text() == in_pieces->lines.text()),
        "an answer in pieces is read as the whole");
  return rows;
}

}  // namespace

void list(std::string_view input) {
  static const std::array formats = {Format("campaigns"), Format("ad_groups"), Format("ads"), Format("pins"),
                                     Format("ad_accounts")};
  const Format& format = formats.at(choose(input, formats.size()));
  const pinterest::ListOptions options;
  const auto rows =
      accepted([&] { return pinterest::AnswerReader(format.record, options, kExtracted); }, input);
  const auto page = plain(input);
  if (!rows) return;
  check(page && page->is_object() && page->contains("items"), "what is accepted is a page");
  const Json& items = page->at("items");
  check(rows->items == items.size() && rows->ids.size() == items.size(), "every item is read");
  const Json bookmark = page->value("bookmark", Json());
  check(rows->bookmark == (bookmark.is_null()     ? ""
                           : bookmark.is_string() ? bookmark.get<std::string>()
                                                  : rows->bookmark),
        "the next page is what the answer says");
  check(bookmark.is_null() || bookmark == "" || !rows->bookmark.empty(), "an odd bookmark is not the end");

  // Of a repeated entity the last is written. An id that is a string already names it.
  std::map<std::string, const Json*> by_id;
  bool all_strings = true;
  for (const Json& item : items) {
    const Json& id = item.at("id");
    if (id.is_string()) by_id[id.get<std::string>()] = &item;
    all_strings = all_strings && id.is_string();
  }
  const auto records = records_of(format, *rows);
  if (!all_strings) return;
  check(records.size() == by_id.size(), "every entity is written once");
  for (const Json& record : records) {
    const auto sent = by_id.find(record.at("id").get<std::string>());
    check(sent != by_id.end(), "only what was sent is written", record.dump());
    compare(format.schema, with_additional_fields(format.schema, *sent->second), record, "record");
  }
}

void ads_analytics(std::string_view input) {
  static const std::array formats = {Format("ad_analytics"), Format("ad_analytics", Granularity::hour),
                                     Format("ad_analytics", Granularity::total),
                                     Format("campaign_analytics", Granularity::week)};
  const Format& format = formats.at(choose(input, formats.size()));
  const pinterest::AnalyticsOptions options{.account = "77",
                                            .granularity = format.config.analytics.granularity,
                                            .total_date = "2026-11-01",
                                            .app_type = {},
                                            .pin_id = {}};
  const auto rows = accepted(
      [&] {
        return pinterest::AnswerReader(pinterest::AnswerKind::ads_analytics, format.record, options,
                                       kExtracted);
      },
      input);
  if (!rows) return;
  const auto sent = plain(input);
  check(sent && sent->is_array(), "what is accepted is an array");
  const std::vector<Json> records = records_of(format, *rows);
  check(records.size() <= sent->size(), "no row comes out of nothing");
  const Json& metrics = format.schema.at("properties").at("metrics");
  const std::string id_column(format.record.stream->key[0]);
  // Identical rows are written once and in order, so the records are a subsequence of what was sent.
  std::size_t at = 0;
  for (const Json& record : records) {
    const auto is_row = [&](const Json& row) {
      const Json id = row.value(id_column, Json());
      const Json date = row.value("DATE", Json());
      return (!id.is_string() || record.at(id_column) == id) &&
             (format.config.analytics.granularity != Granularity::week || !date.is_string() ||
              date.size() > 10 || record.at("DATE") == date || !util::parse_day(date.get<std::string>()));
    };
    while (at < sent->size() && !is_row((*sent)[at])) ++at;
    check(at < sent->size(), "every record stands for a row", record.dump());
    if (records.size() == sent->size()) compare(metrics, (*sent)[at], record.at("metrics"), "metrics");
    ++at;
  }
}

void pin_analytics(std::string_view input) {
  static const Format format("pin_analytics");
  const std::array<pinterest::AnalyticsOptions, 3> routes = {{
      {.account = {}, .total_date = {}, .app_type = "MOBILE", .pin_id = {}},
      {.account = {}, .total_date = {}, .app_type = {}, .pin_id = "11"},
      {.account = {}, .total_date = {}, .app_type = "ALL", .pin_id = {}},
  }};
  const pinterest::AnalyticsOptions& options = routes.at(choose(input, routes.size()));
  const auto rows = accepted(
      [&] {
        return pinterest::AnswerReader(pinterest::AnswerKind::pin_analytics, format.record, options,
                                       kExtracted);
      },
      input);
  if (!rows) return;
  const auto sent = plain(input);
  check(sent && sent->is_object(), "what is accepted is an object");
  // Every day of the plain reading by its key. Of what stands there twice one may differ: then there would be
  // no rows.
  std::map<std::array<std::string, 3>, const Json*> days;
  const auto add_pin = [&](const std::string& pin, const Json& apps) {
    if (!apps.is_object()) return;
    for (const auto& [app, parts] : apps.items()) {
      std::string name = app;
      for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      if (name == "ALL" && !options.app_type.empty()) name = options.app_type;
      if (!parts.is_object() || !parts.contains("daily_metrics")) continue;
      for (const Json& day : parts.at("daily_metrics")) {
        if (day.value("date", Json()).is_string())
          days[{pin, name, day.at("date").get<std::string>()}] = &day;
      }
    }
  };
  if (options.pin_id.empty()) {
    for (const auto& [pin, apps] : sent->items()) add_pin(pin, apps);
  } else {
    add_pin(std::string(options.pin_id), *sent);
  }
  std::map<std::array<std::string, 3>, const Json*> written;
  const std::vector<Json> records = records_of(format, *rows);
  for (const Json& record : records) {
    const std::array<std::string, 3> key = {record.at("pin_id").get<std::string>(),
                                            record.at("app_type").get<std::string>(),
                                            record.at("date").get<std::string>()};
    check(written.emplace(key, &record).second, "a key is written once", record.dump());
    if (const auto day = days.find(key); day != days.end()) {
      compare(format.schema.at("properties").at("metrics"), day->second->value("metrics", Json()),
              record.at("metrics"), "metrics");
    }
  }
  for (const auto& [key, day] : days) check(written.contains(key), "every day is written", day->dump());
}

void token(std::string_view input) {
  const util::Instant now{};
  const auto answer = pinterest::parse_token_answer(input, now);
  const Json sent = Json::parse(input, nullptr, /*allow_exceptions=*/false);
  const bool usable =
      sent.is_object() && sent.value("access_token", Json()).is_string() && sent.at("access_token") != "";
  check(answer.has_value() == usable, "an answer is taken if it holds a token", input);
  if (!answer) return;
  check(answer->token.access_token.reveal() == sent.at("access_token"), "the token is the one that was sent");
  const Json refresh = sent.value("refresh_token", Json());
  check(refresh.is_string() ? answer->token.refresh_token.reveal() == refresh
                            : answer->token.refresh_token.empty(),
        "the refresh token is the one that was sent");
  for (const auto& end : {answer->token.access_token_expires_at, answer->token.refresh_token_expires_at}) {
    check(!end || (*end > now && *end <= now + std::chrono::seconds(10'000'000'000)),
          "a token ends at a moment that can be written");
  }
}

void error(std::string_view input) {
  constexpr std::array kStatuses = {400, 401, 403, 404, 408, 413, 429, 500, 503, 302};
  http::Response response;
  response.status = kStatuses.at(choose(input, kStatuses.size()));
  response.body = input;
  const pinterest::ApiError error = pinterest::read_error(response);
  check(error.status == response.status, "the status stays");
  check(error.message.size() <= 600, "a message is short", error.message);
  check(Json(error.describe()).dump().size() > 2, "a message is UTF-8 text", error.describe());
  check(pinterest::judge(error) != pinterest::Action::accept, "an error is no success");
  const auto wait = pinterest::requested_wait(error, response, fakes::instant("2026-11-24T10:00:00Z"));
  check(!wait || *wait >= std::chrono::milliseconds(0), "a wait does not go back");
}

void headers(std::string_view input) {
  const util::Instant now = fakes::instant("2026-11-24T10:00:00Z");
  http::Response response;
  response.status = 200;
  for (const std::string_view line : split(input, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    response.headers.push_back({std::string(line.substr(0, colon)), std::string(line.substr(colon + 1))});
  }
  const http::RateLimitHeaders limits = http::read_rate_limit_headers(response.headers, now);
  constexpr std::chrono::hours kLongest{24 * 367};
  for (const auto& wait : {limits.reset, limits.retry_after}) {
    check(!wait || (*wait >= std::chrono::milliseconds(0) && *wait <= kLongest), "a wait has an end");
  }
  check(!limits.remaining || *limits.remaining >= 0, "what is left is not negative");

  const util::SteadyTime start{std::chrono::hours(1)};
  for (const double rate : {1.0, 57.0, 60'000.0}) {
    http::RateLimiter limiter(rate, start);
    util::SteadyTime at = start;
    for (int i = 0; i < 3; ++i) {
      limiter.observe(limits, at);
      const util::SteadyTime ready = limiter.ready_at(at);
      check(ready >= at && ready <= at + kLongest + std::chrono::minutes(3), "a permit comes");
      // Fractions of a permit are added up, which costs less than a microsecond.
      check(limiter.ready_at(ready) <= ready + std::chrono::microseconds(1),
            "a permit is there when promised");
      limiter.take(ready);
      at = ready;
    }
  }

  fakes::FakeClock clock;
  pinterest::ApiClock api(clock);
  api.observe(response);
  const std::string day = util::format_day(util::day_of(api.now()));
  check(util::parse_day(day).has_value(), "today can be written", day);
  for (const http::Header& header : response.headers) {
    const auto moment = util::parse_date_time(header.value);
    if (!moment) continue;
    const std::string text = util::format_date_time(*moment);
    check(util::parse_date_time(text) == moment, "a moment is read as it was written", text);
  }
}

}  // namespace tap_pinterest::fuzz
