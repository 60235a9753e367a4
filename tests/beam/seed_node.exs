# The program with which it all began: nodes that meet in a folder, and ping each other.
#
# Each second a node writes the time into a file that is called like itself, pings every name that it
# finds in the folder, and writes down who has answered. That is the loop of 2016 with its faults: a
# file that is no node is a node that is false for ever, and the line waits for the slowest answer.
#
#     elixir --name n1@127.0.0.1 --cookie secret seed_node.exs /tmp/sync_dir
#
# Without an argument the folder is that of the variable SYNC_DIR, or /tmp/sync_dir.
defmodule SeedNode do
  require Logger

  def sync_dir do
    List.first(System.argv()) || System.get_env("SYNC_DIR") || "/tmp/sync_dir"
  end

  def loop do
    sign_as_active_node()
    Logger.info(Atom.to_string(Node.self()) <> inspect(check_active_nodes(), limit: :infinity))
    Process.sleep(1_000)
    loop()
  end

  defp sign_as_active_node do
    File.mkdir_p!(sync_dir())
    now = DateTime.utc_now() |> DateTime.to_iso8601()
    File.write!(Path.join(sync_dir(), Atom.to_string(Node.self())), now)
  end

  defp check_active_nodes do
    active_nodes()
    |> Enum.sort()
    |> Enum.map(&String.to_atom/1)
    |> Enum.map(&{&1, Node.ping(&1) == :pong})
  end

  defp active_nodes do
    {:ok, names} = File.ls(sync_dir())
    names
  end
end

Logger.configure_backend(:console, format: "$time [$level] $message\n", colors: [enabled: false])
SeedNode.loop()
