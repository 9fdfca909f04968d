// Asynchronous reports: created, polled, downloaded, and what may become of them.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "limits.hpp"
#include "message.hpp"
#include "report_body.hpp"

namespace simulator {

// What a test may have decided for a report.
enum class Fate {
  kNone,
  kFailed,
  kCancelled,
  kExpired,
  kDoesNotExist,
  kNullStatus,
  kNoStatus,
  kNeverEnds,
  kForeignLink,      // http to another host
  kPrivateLink,      // https to a private address
  kRedirectingLink,  // answers 302
};

// `failed`, `cancelled`, …, `redirecting_link`.
std::optional<Fate> find_fate(std::string_view name);

constexpr std::string_view kReportsPath = "/_reports/";

class Reports {
 public:
  Reports(const Options& options, Limits& limits) : options_(options), limits_(limits) {}

  // The answers of the two endpoints. Links begin with `origin`, as in `http://127.0.0.1:8080`.
  std::variant<std::string, Refusal> create(ReportSource source);
  std::string poll(int account, std::string_view token, Instant now, std::string_view origin);
  // What a link leads to; `target` begins with kReportsPath.
  Answer download(const Request& request, Instant now, std::string_view origin);
  // What becomes of the report that `create` has answered so.
  void decide(std::string_view created, Fate fate);

 private:
  struct Job {
    std::shared_ptr<const ReportSource> source;
    Fate fate = Fate::kNone;
    int polls = 0;
    std::once_flag measured;
    std::uint64_t length = 0;
  };

  std::shared_ptr<Job> find(std::string_view token);
  std::string link(std::string_view token, Instant now, std::string_view origin) const;
  std::uint64_t signature(std::string_view token, std::int64_t expires) const;
  std::uint64_t length(Job& job) const;
  Pieces body(const Job& job) const;

  const Options& options_;
  Limits& limits_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Job>, std::less<>> jobs_;
};

}  // namespace simulator
