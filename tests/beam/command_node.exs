# A node that does what it is told: each line that it reads is Elixir, and it answers `=> ` and what
# came out of it. It stops, as a node should, when there is nothing more to read.
defmodule CommandNode do
  def loop do
    case IO.gets("") do
      line when is_binary(line) ->
        IO.puts("=> " <> result(line))
        loop()

      _ ->
        System.stop(0)
        Process.sleep(:infinity)
    end
  end

  defp result(line) do
    {value, _} = Code.eval_string(line)
    inspect(value, limit: :infinity, width: :infinity)
  catch
    kind, reason -> "** " <> inspect({kind, reason}, width: :infinity)
  end
end

Logger.configure_backend(:console, format: "$time [$level] $message\n", colors: [enabled: false])
IO.puts("ready")
CommandNode.loop()
