using PasswordBoss.EntraConnector.Core.Tests.Architecture;

namespace PasswordBoss.EntraConnector.Clients.Tests.Architecture;

/// <summary>The references between the rooms of Clients, read from the compiled assembly.</summary>
public sealed class RoomTests
{
    private const string Root = "PasswordBoss.EntraConnector.Clients";

    private static readonly string[] Order =
    [
        // The store: texts, private files, locks, secrets, SQLite.
        "Documents", "Files", "Locks", "Secrets", "State", "Backups",
        "Logs", "Reports", "Scheduling",
        // The two servers.
        "Http", "Alerts", "Entra", "PasswordBoss",
        "Factory",
    ];

    [Fact]
    public void No_room_uses_a_later_one()
    {
        var rooms = new Rooms(Order, type => type.Namespace == Root ? "Factory" : type.Namespace[(Root.Length + 1)..]);

        var found = rooms.FindBackArrows(typeof(ConnectorFactory).Assembly.Location);

        Assert.True(found.Count == 0, string.Join("\n", found));
    }
}
