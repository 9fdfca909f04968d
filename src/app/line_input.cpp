#include "line_input.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "signals.hpp"
#include "tap_pinterest/app/standard_output.hpp"
#include "tap_pinterest/util/trim.hpp"

namespace tap_pinterest::app {
namespace {

// An address is shorter; what is longer was not meant for this program.
constexpr std::size_t kMaxLineBytes = 64UL * 1024;

// Keeps what is typed off the screen while it lives.
class HiddenTyping {
 public:
  HiddenTyping() : is_hidden_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_hidden_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &hidden);
  }
  // The end of the line that was typed did not show either.
  ~HiddenTyping() {
    if (!is_hidden_) return;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
    write_to_stdout("\n");
  }
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;

 private:
  termios before_{};
  bool is_hidden_;
};

}  // namespace

std::optional<std::string> LineInput::next() {
  for (std::size_t end = 0; (end = text_.find('\n')) != std::string::npos;) {
    std::string line(util::trim(std::string_view(text_).substr(0, end)));
    text_.erase(0, end + 1);
    if (!line.empty()) return line;
  }
  return std::nullopt;
}

void LineInput::read() {
  std::array<char, 4096> buffer;
  const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) return;
  if (count > 0) text_.append(buffer.data(), static_cast<std::size_t>(count));
  is_open_ = count > 0 && text_.size() <= kMaxLineBytes;
  if (!is_open_) text_ += '\n';  // the last line may lack its end
}

std::variant<std::monostate, std::string, int> ask(std::string_view question, bool hidden, LineInput& input,
                                                   const util::Descriptor& signals) {
  const bool is_terminal = isatty(STDIN_FILENO) != 0;
  std::optional<HiddenTyping> typing;
  if (hidden && is_terminal) typing.emplace();  // before anybody can begin to type
  if (!write_to_stdout(fmt::format("{}{}", question, is_terminal ? "" : "\n"))) return {};
  while (true) {
    if (auto line = input.next()) return std::move(*line);
    if (!input.is_open()) return {};
    std::array<pollfd, 2> watched = {{{signals.get(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    wait_for(watched);
    if (watched[0].revents != 0) {
      if (const auto signal = read_signal(signals)) return *signal;
    }
    if (watched[1].revents != 0) input.read();
  }
}

}  // namespace tap_pinterest::app
