#include "tap_pinterest/app/verify_command.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include "tap_pinterest/app/exit_code.hpp"
#include "tap_pinterest/app/standard_output.hpp"
#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/pinterest/sum_check.hpp"
#include "tap_pinterest/singer/output_check.hpp"
#include "tap_pinterest/util/plural.hpp"

namespace tap_pinterest::app {
namespace {

constexpr std::uint64_t kMostOfAKind = 20;
constexpr std::size_t kMaxFindingBytes = 1000;

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

// A file, line by line. Lines may be of any length.
class LineFile {
 public:
  explicit LineFile(const std::string& path)
      : file_(path == "-" ? File(stdin, [](std::FILE*) { return 0; })
                          : File(std::fopen(path.c_str(), "re"), std::fclose)) {
    if (!file_) note_problem();
  }
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;
  ~LineFile() { std::free(line_); }

  // The next whole line without its line break; nothing at the end.
  std::optional<std::string_view> next() {
    if (!file_) return std::nullopt;
    const ssize_t length = getline(&line_, &capacity_, file_.get());
    if (length < 0) {
      if (std::feof(file_.get()) == 0) note_problem();
      return std::nullopt;
    }
    const std::string_view line(line_, static_cast<std::size_t>(length));
    is_cut_ = !line.ends_with('\n');
    if (is_cut_) return std::nullopt;
    return line.substr(0, line.size() - 1);
  }

  // Whether the last line has no line break.
  bool is_cut() const { return is_cut_; }
  // Why it cannot be read; empty if it can.
  const std::string& problem() const { return problem_; }

 private:
  void note_problem() { problem_ = std::generic_category().message(errno); }

  File file_;
  char* line_ = nullptr;
  std::size_t capacity_ = 0;
  bool is_cut_ = false;
  std::string problem_;
};

// Prints findings as they come, but not too many of a kind.
class Printer {
 public:
  explicit Printer(std::string name) : name_(std::move(name)) {}

  void print(const singer::Finding& finding) {
    ++findings_;
    Kind& kind = kinds_.try_emplace(finding.kind, Kind{finding.line}).first->second;
    if (++kind.count <= kMostOfAKind) say(fmt::format("{}:{}: {}", name_, finding.line, finding.text));
  }

  void finish(const singer::OutputCheck& check, const std::string& sums) {
    for (const auto& [name, kind] : kinds_) {
      if (kind.count > kMostOfAKind) {
        say(fmt::format("{}: ... and {} more like that in line {}", name_, kind.count - kMostOfAKind,
                        kind.line));
      }
    }
    for (const singer::StreamCounts& stream : check.counts()) {
      say(fmt::format("{}: {}: {}, {}, {}, {} changed", name_, stream.stream,
                      util::plural(stream.records, "record", "records"),
                      util::plural(stream.keys, "distinct key", "distinct keys"),
                      util::plural(stream.repeats, "repeat", "repeats"), stream.changed));
    }
    say(fmt::format("{}: {}", name_, sums));
    say(fmt::format("{}: {}", name_,
                    findings_ == 0 ? "no findings" : util::plural(findings_, "finding", "findings")));
  }

  bool has_findings() const { return findings_ > 0; }
  // Whether all of it could be written.
  bool is_good() const { return is_good_; }

 private:
  struct Kind {
    std::size_t line = 0;
    std::uint64_t count = 0;
  };

  void say(const std::string& line) {
    is_good_ = is_good_ && write_to_stdout(log::printable(line, kMaxFindingBytes) + "\n");
  }

  std::string name_;
  std::map<std::string_view, Kind> kinds_;
  std::uint64_t findings_ = 0;
  bool is_good_ = true;
};

}  // namespace

int run_verify(const std::vector<std::string>& paths) {
  std::size_t unread = 0;
  std::size_t bad = 0;
  for (const std::string& path : paths) {
    Printer printer(path == "-" ? "stdin" : path);
    const auto print = [&printer](const singer::Finding& finding) { printer.print(finding); };
    pinterest::SumCheck sums;
    singer::OutputCheck check(print, sums);
    LineFile file(path);
    while (const auto line = file.next()) {
      check.read(*line);
      if (!printer.is_good()) return kExitFailure;
    }
    if (!file.problem().empty()) {
      log::error("{} cannot be read: {}", path, file.problem());
      ++unread;
      continue;
    }
    check.end(file.is_cut());
    printer.finish(check, sums.finish(print));
    if (!printer.is_good()) return kExitFailure;
    if (printer.has_findings()) ++bad;
  }
  if (unread > 0) {
    log::critical("{} cannot be read: see above", util::plural(unread, "file", "files"));
    return kExitUsage;
  }
  if (bad == 0) return kExitSuccess;
  log::critical("{} not in order: see the findings",
                bad == 1 ? "1 output is" : fmt::format("{} outputs are", bad));
  return kExitFailure;
}

}  // namespace tap_pinterest::app
