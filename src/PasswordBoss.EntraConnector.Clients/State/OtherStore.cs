using System;
using System.Collections.Generic;
using System.IO;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>Reads a store that serves other users, if this user may, and leaves no trace in it.</summary>
internal static class OtherStore
{
    /// <summary>Its connections; empty if this user cannot read them, which is the usual case.</summary>
    /// <param name="location">The location of the store.</param>
    public static IReadOnlyList<(string Name, ConnectionKey Key)> ListConnections(StateLocation location)
    {
        try
        {
            if (!IsFile(location.Database))
                return Array.Empty<(string, ConnectionKey)>();
            SqliteNative.EnsureLoaded();
            // While another process has the database open, its log and the index of the log already exist. Otherwise SQLite would create them, in a folder that
            // is not ours.
            var isOpen = IsFile(location.Database + "-wal") && IsFile(location.Database + "-shm");
            var address = StateDatabase.AddressOf(location.Database, isOpen ? "readonly_shm=1" : "immutable=1");
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = address, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            connection.Open();
            return connection.Query(
                "SELECT name, tenant_key, address_key FROM connections ORDER BY name_key",
                row => (row.GetString(0), new ConnectionKey(row.GetString(1), row.GetString(2))));
        }
        catch (Exception exception) when (exception is SqliteException or ConnectorException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return Array.Empty<(string, ConnectionKey)>();
        }
    }

    // Opening a pipe in its place would block forever.
    private static bool IsFile(string path) => File.Exists(path) && (Platform.IsWindows || UnixFile.Find(path, followLinks: false) is null or { IsRegularFile: true });
}
