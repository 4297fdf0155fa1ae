using System;
using System.Collections.Generic;
using System.Globalization;

namespace PasswordBoss.EntraConnector.Benchmarks;

/// <summary>The command line: a command, then names with values.</summary>
internal sealed class BenchmarkOptions
{
    private readonly Dictionary<string, string> values;

    private BenchmarkOptions(string command, Dictionary<string, string> values)
    {
        Command = command;
        this.values = values;
    }

    public string Command { get; }

    /// <summary>The delay of each response in milliseconds.</summary>
    public int Latency => Number("latency", 0);

    /// <summary>The options; null if they are invalid.</summary>
    public static BenchmarkOptions? TryParse(string[] args)
    {
        if (args.Length % 2 != 1 || args[0].StartsWith('-'))
            return null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 1; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                return null;
            values[args[i][2..]] = args[i + 1];
        }

        return new BenchmarkOptions(args[0], values);
    }

    /// <summary>The number of people, or of accounts.</summary>
    /// <param name="normally">The default.</param>
    public int People(int normally) => Number("people", normally);

    /// <summary>The number of measurements; the medians are reported.</summary>
    /// <param name="normally">The default.</param>
    public int Repeat(int normally) => Number("repeat", normally);

    public bool Has(string name) => values.ContainsKey(name);

    public string Text(string name) => values.TryGetValue(name, out var text) ? text : throw new ArgumentException($"--{name} is missing.");

    public int Number(string name, int normally) => values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : normally;
}
