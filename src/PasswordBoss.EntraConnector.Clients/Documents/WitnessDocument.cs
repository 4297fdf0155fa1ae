using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Clients.Documents;

/// <summary>The content of a witness: a file outside a database that records its last run.</summary>
internal sealed record WitnessDocument
{
    /// <summary>The version of this format.</summary>
    public required int Format { get; init; }

    /// <summary>The number of runs that the database had saved.</summary>
    public required long Run { get; init; }

    /// <summary>The version of its schema.</summary>
    public required int Schema { get; init; }

    /// <summary>The fingerprint of the two sides of the connection.</summary>
    public string? Sides { get; init; }

    /// <summary>The digest of the settings for which the secrets were last decrypted.</summary>
    public string? Settings { get; init; }

    /// <summary>The removals of the preceding day.</summary>
    public required IReadOnlyList<AlikeRemovals> Removals { get; init; }

    /// <summary>Removals that differ only in their times; there can be thousands of them.</summary>
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
