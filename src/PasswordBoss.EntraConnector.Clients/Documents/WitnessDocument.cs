using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Clients.Documents;

/// <summary>The file beside a database that knows of its last run.</summary>
internal sealed record WitnessDocument
{
    /// <summary>The version of this form.</summary>
    public required int Format { get; init; }

    /// <summary>How many runs the database had saved.</summary>
    public required long Run { get; init; }

    /// <summary>The version of its schema.</summary>
    public required int Schema { get; init; }

    /// <summary>The fingerprint of the two sides that the connection joins.</summary>
    public string? Sides { get; init; }

    /// <summary>The digest of the settings for which the secrets were decrypted last.</summary>
    public string? Settings { get; init; }

    /// <summary>The removals of the day before.</summary>
    public required IReadOnlyList<AlikeRemovals> Removals { get; init; }

    /// <summary>Removals that differ in their times only: there can be thousands of them.</summary>
    internal sealed record AlikeRemovals
    {
        /// <summary>The group that they belong to; null for removals of accounts.</summary>
        public string? Group { get; init; }

        /// <summary>Whether an admin allowed them beyond the limits.</summary>
        public bool Forced { get; init; }

        /// <summary>Their times, as UTC ticks.</summary>
        public required IReadOnlyList<long> At { get; init; }
    }
}
