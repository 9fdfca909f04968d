#include "tap_pinterest/log/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "tap_pinterest/util/dates.hpp"
#include "tap_pinterest/util/utf8.hpp"

namespace tap_pinterest::log {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kName = "tap-pinterest";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";   // U+FFFD
constexpr std::string_view kCutMark = "\xE2\x80\xA6[cut]";  // …[cut]
constexpr std::string_view kRedacted = "[redacted]";
// Names of streams and threads are short; this keeps a line whole whatever a catalog calls its streams.
constexpr std::size_t kMaxNameBytes = 500;
// Shorter texts occur by chance, and masking them would spoil every line.
constexpr std::size_t kShortestSecret = 6;

struct LevelNames {
  std::string_view upper;
  std::string_view lower;
};

LevelNames names_of(Level level) {
  constexpr std::array<LevelNames, 5> kNames = {{{"DEBUG", "debug"},
                                                 {"INFO", "info"},
                                                 {"WARNING", "warning"},
                                                 {"ERROR", "error"},
                                                 {"CRITICAL", "critical"}}};
  return kNames.at(static_cast<std::size_t>(level));
}

// C0, DEL, C1 (some terminals obey those too), and the line separators of Unicode.
bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
  if (sequence.size() == 2) return first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
  return sequence == "\xE2\x80\xA8" || sequence == "\xE2\x80\xA9";
}

// The next character of `text` as it may be shown; takes it off.
std::string_view next_character(std::string_view& text) {
  const std::size_t length = util::utf8_length(text);
  const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
  text.remove_prefix(sequence.size());
  if (length == 0) return kReplacement;
  return is_control(sequence) ? " " : sequence;
}

// Bytes of a character within a JSON string. Control characters are gone by then.
std::size_t escaped_size(std::string_view character) {
  return character == "\"" || character == "\\" ? 2 : character.size();
}

bool is_word_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool begins_with_word(std::string_view text, std::string_view word) {
  return text.starts_with(word) && (text.size() == word.size() || !is_word_character(text[word.size()]));
}

std::string dump(const ordered_json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, ordered_json::error_handler_t::replace);
}

// The message after the name of its stream, unless it begins with that already.
std::string message_of(const Line& line) {
  std::string text;
  if (line.metric == nullptr && !line.stream.empty() && !begins_with_word(line.message, line.stream)) {
    text.append(one_line(line.stream, kMaxNameBytes)).append(": ");
  }
  return text + one_line(line.message, kMaxMessageBytes);
}

std::string render_text(bool with_level, const Line& line) {
  std::string text;
  if (with_level) text.append(names_of(line.level).upper).append(" ");
  if (line.metric != nullptr) text += "METRIC: ";
  return text + message_of(line);
}

std::string render_structured(const Line& line, const Origin& origin) {
  const auto name_or_null = [](std::string_view name) {
    return name.empty() ? ordered_json() : ordered_json(one_line(name, kMaxNameBytes));
  };
  const std::chrono::duration<double> since_epoch = origin.time.time_since_epoch();
  ordered_json object = {{"level", names_of(line.level).lower},
                         {"pid", origin.pid},
                         {"logger_name", kName},
                         {"ts", since_epoch.count()},
                         {"thread_name", name_or_null(origin.thread_name)},
                         {"app_name", kName},
                         {"stream_name", name_or_null(line.stream)}};
  // A metric too long for a line is a message like any other.
  if (line.metric != nullptr && line.message.size() <= kMaxMessageBytes) {
    object["message"] = "METRIC";
    object["metric_info"] = *line.metric;
  } else {
    object["message"] = message_of(line);
  }
  object["extra"] = ordered_json::object();
  return dump(object);
}

// ---- Redaction ----

// As in an address; in a form-encoded body a space becomes a plus.
std::string percent_encoded(std::string_view text, bool form, bool upper) {
  std::string encoded;
  for (const char c : text) {
    if (is_word_character(c) || c == '-' || c == '.' || c == '~') {
      encoded += c;
    } else if (form && c == ' ') {
      encoded += '+';
    } else if (upper) {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      encoded += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::string json_escaped(const std::string& text) {
  const std::string quoted = dump(ordered_json(text));
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

std::string render(Form form, const Line& line, const Origin& origin) {
  if (form == Form::structured) return render_structured(line, origin);
  if (form == Form::stamped) {
    return util::format_date_time(std::chrono::floor<std::chrono::seconds>(origin.time)) + ' ' +
           render_text(/*with_level=*/true, line);
  }
  // Whoever reads only messages must still be able to find the one that ended the run.
  return render_text(form == Form::text || line.level == Level::critical, line);
}

std::string one_line(std::string_view text, std::size_t max_bytes) {
  std::string cleaned;
  cleaned.reserve(std::min(text.size(), max_bytes) + kCutMark.size());
  std::size_t size = 0;
  while (!text.empty()) {
    const std::string_view character = next_character(text);
    size += escaped_size(character);
    if (size > max_bytes) return cleaned.append(kCutMark);
    cleaned.append(character);
  }
  return cleaned;
}

std::string fit_to_width(std::string_view text, std::size_t columns) {
  std::string fitted;
  for (std::size_t column = 0; column < columns && !text.empty(); ++column) fitted += next_character(text);
  return fitted;
}

void Redactor::add(const util::Secret& secret) {
  const std::string& text = secret.reveal();
  if (text.size() < kShortestSecret) return;
  for (std::string form : {text, json_escaped(text), percent_encoded(text, false, true),
                           percent_encoded(text, false, false), percent_encoded(text, true, true)}) {
    util::Secret masked(std::move(form));
    if (std::find(forms_.begin(), forms_.end(), masked) == forms_.end()) {
      forms_.push_back(std::move(masked));
    }
  }
  std::stable_sort(forms_.begin(), forms_.end(), [](const util::Secret& a, const util::Secret& b) {
    return a.reveal().size() > b.reveal().size();
  });
}

std::string Redactor::redact(std::string_view text) const {
  std::string redacted(text);
  for (const util::Secret& form : forms_) {
    const std::string& secret = form.reveal();
    for (auto at = redacted.find(secret); at != std::string::npos;
         at = redacted.find(secret, at + kRedacted.size())) {
      redacted.replace(at, secret.size(), kRedacted);
    }
  }
  return redacted;
}

}  // namespace tap_pinterest::log
