// Puts a Simulator on a port of 127.0.0.1, with http or https; a thread a connection.
#pragma once

#include <memory>

#include "simulator.hpp"

namespace simulator {

class Server {
 public:
  // Listens at once; the simulator must outlive the server. Throws if it cannot.
  explicit Server(Simulator& simulator) : Server(simulator, simulator.options().port) {}
  Server(Simulator& simulator, unsigned short port);
  // Ends all connections and waits for their threads.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server(Server&&) = delete;
  Server& operator=(Server&&) = delete;

  unsigned short port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace simulator
