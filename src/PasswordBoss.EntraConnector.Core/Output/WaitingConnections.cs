using System.Globalization;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>The connections that a call did not run, because they were not due or the call ran out of time. The outcomes are those of their last runs.</summary>
public sealed record WaitingConnections
{
    /// <summary>The number of these connections.</summary>
    public int Count { get; init; }
    /// <summary>The number of those whose last run failed.</summary>
    public int Failed { get; init; }
    /// <summary>The number of those whose last run was refused.</summary>
    public int Refused { get; init; }
    /// <summary>The number of those whose last run was partial.</summary>
    public int Partial { get; init; }
    /// <summary>The number of those that were due, but not reached in the time of the call.</summary>
    public int Unreached { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Texts.WaitingConnections(
        Number(Count), Number(Failed), Number(Refused), Number(Partial), Number(Unreached)).Render();

    private static string Number(int number) => number.ToString(CultureInfo.CurrentCulture);
}
