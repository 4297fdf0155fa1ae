using System;
using System.Linq;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What a task syncs: one connection, or all connections that are stored when it runs.</summary>
/// <param name="Connection">The connection's name; <c>*</c> for all.</param>
/// <param name="Key">Identifies the task on this machine; only letters, digits and hyphens, which file, unit and task names all allow.</param>
public sealed record TaskTarget(string Connection, string Key)
{
    private const int ReadableLength = 40;

    /// <summary>The name for all connections.</summary>
    public const string All = "*";

    /// <summary>One connection. The key contains the id, because another store on this machine may have a connection with the same name.</summary>
    /// <param name="connection">The connection.</param>
    public static TaskTarget Of(ConnectionSettings connection) => Of(connection.Name, connection.Id);

    /// <summary>One connection of which only name and id are known.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="id">Its id.</param>
    public static TaskTarget Of(string name, Guid id) => new(name, Readable(name) + "-" + id.ToString("N").Substring(0, 8));

    /// <summary>All connections of a store.</summary>
    /// <param name="storeLocation">The location of the store.</param>
    public static TaskTarget AllOf(string storeLocation) =>
        new(All, "all-" + StableHash.Of(storeLocation).ToString("x8", System.Globalization.CultureInfo.InvariantCulture));

    private static string Readable(string name)
    {
        var letters = name.Select(c => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' ? c : '-').Take(ReadableLength).ToArray();
        return new string(letters).Trim('-') is { Length: > 0 } readable ? readable : "connection";
    }
}
