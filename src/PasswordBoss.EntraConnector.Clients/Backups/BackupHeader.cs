using System;

namespace PasswordBoss.EntraConnector.Clients.Backups;

/// <summary>The readable start of a backup. It is authenticated with the passphrase, but can be read without it.</summary>
internal sealed record BackupHeader
{
    /// <summary>The version of the format of the file.</summary>
    public required int Version { get; init; }
    /// <summary>The version of the schema of the database in it.</summary>
    public required int Schema { get; init; }
    /// <summary>When the state was copied, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>The number of connections.</summary>
    public required int Connections { get; init; }
    /// <summary>How the key is derived from the passphrase.</summary>
    public required KeyDerivation KeyDerivation { get; init; }
    /// <summary>How the rest of the file is encrypted.</summary>
    public required string Cipher { get; init; }
    /// <summary>The nonce of the encryption.</summary>
    public required byte[] Nonce { get; init; }
}

/// <summary>The derivation of a key from a passphrase, with its cost.</summary>
internal sealed record KeyDerivation
{
    /// <summary>The algorithm.</summary>
    public required string Algorithm { get; init; }
    /// <summary>The memory in KiB.</summary>
    public required int MemoryKiB { get; init; }
    /// <summary>The number of passes over the memory.</summary>
    public required int Iterations { get; init; }
    /// <summary>The number of lanes.</summary>
    public required int Lanes { get; init; }
    /// <summary>The random salt.</summary>
    public required byte[] Salt { get; init; }
}
