using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>A command as the assembly declares it.</summary>
internal sealed class Command
{
    public required string Verb { get; init; }

    public required string Noun { get; init; }

    public string Name => $"{Verb}-{Noun}";

    public required IReadOnlyList<Parameter> Parameters { get; init; }

    public required IReadOnlyList<ParameterSet> Sets { get; init; }

    /// <summary>The full names of the types that the command outputs.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }
}
