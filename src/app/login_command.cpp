#include "login_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

#include "browser.hpp"
#include "signals.hpp"
#include "tap_pinterest/app/exit_code.hpp"
#include "tap_pinterest/app/standard_output.hpp"
#include "tap_pinterest/config/url_rule.hpp"
#include "tap_pinterest/http/loopback_listener.hpp"
#include "tap_pinterest/log/log.hpp"
#include "tap_pinterest/pinterest/login.hpp"
#include "tap_pinterest/pinterest/streams.hpp"
#include "tap_pinterest/pinterest/token_file.hpp"
#include "tap_pinterest/util/replace_file.hpp"

namespace tap_pinterest::app {
namespace {

using pinterest::Redirect;
using util::Descriptor;

// Waits for what the browser brings back, by whichever way comes first.
class Answer {
 public:
  Answer(const std::string& redirect_uri, std::string state, LineInput& input)
      : place_(config::loopback_place(redirect_uri)), state_(std::move(state)), input_(input) {
    if (!place_) return;
    try {
      listener_.emplace(place_->host, place_->port);
    } catch (const std::system_error& error) {
      log::warning("cannot listen on {}: {}; paste the URL the browser ends up at", redirect_uri,
                   error.code().message());
    }
  }

  bool listens() const { return listener_.has_value(); }

  // The answer, or the signal that came instead; neither if no way is left by which it could come.
  std::variant<std::monostate, Redirect, int> wait(const Descriptor& signals) {
    while (true) {
      while (!redirect_) {
        const auto line = input_.next();
        if (!line) break;
        take(pinterest::read_pasted(*line, state_), "you pasted");
      }
      if (redirect_) return *redirect_;
      if (!listener_ && !input_.is_open()) return {};
      std::vector<pollfd> watched = {{signals.get(), POLLIN, 0},
                                     {input_.is_open() ? STDIN_FILENO : -1, POLLIN, 0}};
      if (listener_) std::ranges::copy(listener_->watched(), std::back_inserter(watched));
      wait_for(watched);
      if (watched[0].revents != 0) {
        if (const auto signal = read_signal(signals)) return *signal;
      }
      if (listener_) listener_->serve([this](const http::RequestLine& request) { return receive(request); });
      if (watched[1].revents != 0 && !redirect_) input_.read();
    }
  }

 private:
  // Whether that ends the waiting.
  bool take(Redirect redirect, std::string_view from) {
    if (redirect.outcome == Redirect::Outcome::foreign) {
      log::warning("ignoring the answer {}: {}; still waiting", from, redirect.message);
      return false;
    }
    redirect_ = std::move(redirect);
    return true;
  }

  http::Page receive(const http::RequestLine& request) {
    if (request.method != "GET") return {.status = 405, .text = "Only GET is supported."};
    if (request.target.substr(0, request.target.find('?')) != place_->path) {
      return {.status = 404, .text = "Not found."};
    }
    if (redirect_)
      return {.status = 200, .text = "The sign-in already has its answer. You can close this page."};
    if (!take(pinterest::read_redirect(request.target, state_), "from the browser")) {
      return {.status = 400,
              .text = "This does not answer the sign-in in progress. You can close this page."};
    }
    return {.status = 200,
            .text = redirect_->outcome == Redirect::Outcome::denied
                        ? "Access denied; nothing has changed. To allow access, run login again. You can "
                          "close this page."
                        : "Access allowed. Your terminal says whether the sign-in is complete. You can close "
                          "this page."};
  }

  std::optional<config::LoopbackPlace> place_;
  std::string state_;
  std::optional<http::LoopbackListener> listener_;
  LineInput& input_;
  std::optional<Redirect> redirect_;
};

int stopped_by(int signal) {
  log::critical("stopped by {}: not signed in", signal_name(signal));
  return kExitSignal + signal;
}

int fail(const std::string& problem) {
  log::critical("not signed in: {}", problem);
  return kExitFailure;
}

int finish(const config::Config& config, const pinterest::SignIn& signed_in, const LoginOptions& options) {
  const std::string lacking = pinterest::scopes_without(options.scopes, signed_in.scope);
  if (!lacking.empty()) {
    log::warning("Pinterest did not grant {}; streams that need it will fail: see {} --test", lacking,
                 options.command);
  }
  std::string text = fmt::format("Signed in. Your tokens are in {}", config.token_file);
  if (const auto& end = signed_in.refresh_token_expires_at) {
    text += fmt::format(", valid until {} and renewed by each run",
                        util::format_date_time(std::chrono::floor<std::chrono::seconds>(*end)));
  }
  text += ".\n";
  if (options.own_config != nullptr) {
    if (const std::string problem = options.own_config->save(); !problem.empty()) {
      log::critical("signed in, but the config is not saved: {}; the tokens are in {}", problem,
                    config.token_file);
      return kExitFailure;
    }
    text += fmt::format("Your config is {}, used when you give no --config.\n", options.own_config->path());
  }
  text += fmt::format("Next: {} --test\n", options.command);
  return write_to_stdout(text) ? kExitSuccess : kExitFailure;
}

}  // namespace

int run_login(const config::Config& config, const LoginOptions& options, LineInput& input,
              const Descriptor& signals, const http::TransportFactory& make_transport) try {
  pinterest::try_token_file(config, {});
  if (options.own_config != nullptr) options.own_config->try_to_write();
  const std::string state = pinterest::random_state();
  Answer answer(options.redirect_uri, state, input);
  const std::string address = pinterest::authorization_address(
      options.authorization_url, config.app->client_id, options.redirect_uri, options.scopes, state);
  const std::string waiting = answer.listens()
                                  ? fmt::format(
                                        "Waiting for the browser to return to {}. If it cannot reach this "
                                        "machine, paste the URL it ends up at here and press Enter.",
                                        options.redirect_uri)
                                  : "Then paste the URL the browser ends up at here and press Enter.";
  if (!write_to_stdout(
          fmt::format("Open this URL in a browser and allow access:\n\n{}\n\n{}\n", address, waiting))) {
    return kExitFailure;
  }
  open_in_browser(address);

  const auto came = answer.wait(signals);
  if (const auto* signal = std::get_if<int>(&came)) return stopped_by(*signal);
  const auto* redirect = std::get_if<Redirect>(&came);
  if (redirect == nullptr) return fail("stdin has ended, so no answer can arrive");
  if (redirect->outcome == Redirect::Outcome::denied) {
    return fail(fmt::format("Pinterest says {}; run login again and allow access", redirect->message));
  }
  log::mask(redirect->code);
  pinterest::SignIn signed_in;
  const auto signal = run_until_signal(signals, [&](const std::stop_token& stop) {
    try {
      pinterest::ApiClock clock(util::real_clock());
      signed_in =
          pinterest::sign_in(config, redirect->code, options.redirect_uri, *make_transport(), clock, stop);
    } catch (const pinterest::TokenFileError& error) {
      signed_in.problem = error.what();
    }
  });
  if (signed_in.problem.empty()) return finish(config, signed_in, options);
  return signal ? stopped_by(*signal) : fail(signed_in.problem);
} catch (const pinterest::TokenFileError& error) {
  return fail(error.what());
} catch (const util::FileError& error) {
  return fail(error.what());
}

}  // namespace tap_pinterest::app
