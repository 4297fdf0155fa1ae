using System;
using System.Linq;
using System.Text;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What a task syncs: one connection, or all that are stored when it runs.</summary>
/// <param name="Connection">The connection's name; <c>*</c> for all.</param>
/// <param name="Key">Tells the task from every other one of this machine; letters, digits and hyphens, as file, unit and task names all take them.</param>
public sealed record TaskTarget(string Connection, string Key)
{
    private const int ReadableLength = 40;

    /// <summary>The name that stands for all connections.</summary>
    public const string All = "*";

    /// <summary>One connection. The id is part of the key: another store of this machine may have a connection of the same name.</summary>
    /// <param name="connection">The connection.</param>
    public static TaskTarget Of(ConnectionSettings connection) => Of(connection.Name, connection.Id);

    /// <summary>One connection, of which no more is known.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="id">Its id.</param>
    public static TaskTarget Of(string name, Guid id) => new(name, Readable(name) + "-" + id.ToString("N").Substring(0, 8));

    /// <summary>All connections of a store.</summary>
    /// <param name="storeLocation">Where the store lies.</param>
    public static TaskTarget AllOf(string storeLocation)
    {
        // FNV-1a: the same in every process and on every framework, which string.GetHashCode is not. Nothing depends on its strength.
        var hash = Encoding.UTF8.GetBytes(storeLocation).Aggregate(2166136261u, (sum, next) => unchecked((sum ^ next) * 16777619u));
        return new(All, "all-" + hash.ToString("x8", System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string Readable(string name)
    {
        var letters = name.Select(c => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' ? c : '-').Take(ReadableLength).ToArray();
        return new string(letters).Trim('-') is { Length: > 0 } readable ? readable : "connection";
    }
}
