// Everything that shapes the simulated Pinterest: its size, its moods, its rules.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace simulator {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using Day = std::chrono::sys_days;
using Clock = std::function<Instant()>;

enum class LimitTier { kStandard, kTrial, kOff };
// How a report without rows is told: no link, a link to nothing, or a link to `{}`.
enum class EmptyReport { kNull, kBody, kObject };

struct Options {
  // The world.
  int accounts = 3;
  std::int64_t campaigns = 30;  // per account, as are the next two
  std::int64_t ad_groups = 60;
  std::int64_t ads = 120;
  std::int64_t pins = 50;  // of the user
  std::uint64_t seed = 1;
  // The moment the world is laid out around. Without: the clock's time at start.
  std::optional<Instant> epoch;

  // How answers look.
  bool short_pages = true;
  bool plain_values = false;  // no numbers as text, no missing cells, no odd times
  bool gaps = true;           // days without delivery are left out
  bool unknown_fields = false;
  bool lone_surrogates = false;
  bool restate = true;  // recent days follow the generation counter
  std::int64_t pins_end = 100'000;
  double account_difference = 0;  // per cent by which an account's own total is too high on some days
  // On one of so many days an entity of each level has one IMPRESSION_2 more than its TOTAL_IMPRESSION; 0:
  // never.
  std::uint64_t broken_identity = 0;

  // Asynchronous reports.
  int report_polls = 2;  // that find a report unfinished
  bool report_id_in_row = true;
  EmptyReport empty_report = EmptyReport::kNull;
  bool report_ranges = true;
  bool gzip_reports = false;
  std::int64_t report_cost_limit = 0;  // reports a minute; 0: no limit

  // What is allowed.
  bool beta = true;
  int beta_off_status = 403;
  bool bulk_keys_by_app = false;  // /pins/analytics names the app type asked for, not `all`
  bool keyword_batches = true;    // `ad_group_ids` of keywords is known
  bool catalog = true;            // there is one
  std::set<std::string> denied_accounts;
  LimitTier limits = LimitTier::kStandard;
  double limit_scale = 1.0;
  std::map<std::string, std::int64_t> category_limits;  // a minute, where they differ from the tier's
  std::set<std::string> limit_headers{"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
                                      "retry-after"};

  // Credentials.
  std::chrono::seconds token_lifetime{2'592'000};
  bool kill_rotated_token = false;
  std::string client_id = "app";
  std::string client_secret = "app-secret-000000";
  std::string refresh_token = "refresh-token-000000";
  std::string access_token = "access-token-000000";
  std::set<std::string> redirect_uris{"http://localhost:8085/"};  // of the app
  std::string proxy_auth = "proxy-auth-000000";
  std::set<std::string> scopes{"ads:read", "pins:read", "boards:read", "user_accounts:read"};

  // The wire.
  std::chrono::milliseconds latency{0};
  std::string tls_certificate_file;
  std::string tls_key_file;
  unsigned short port = 0;
  std::optional<unsigned short> download_port;  // where links to reports lead; without: the same port
};

}  // namespace simulator
