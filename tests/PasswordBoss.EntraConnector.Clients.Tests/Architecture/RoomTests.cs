using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
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
        var found = BackArrows(Order);

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Theory]
    [InlineData("Files", "Locks")]
    [InlineData("Secrets", "State")]
    [InlineData("State", "Backups")]
    [InlineData("PasswordBoss", "Factory")]
    public void A_reversed_arrow_is_found(string earlier, string later)
    {
        var found = BackArrows(Order.Select(room => room == earlier ? later : room == later ? earlier : room).ToList());

        Assert.NotEmpty(found);
        Assert.All(found, arrow => Assert.StartsWith($"{later} → {earlier}: ", arrow, StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> BackArrows(IReadOnlyList<string> order) => new Rooms(order, RoomOf).FindBackArrows(typeof(ConnectorFactory).Assembly.Location);

    private static string RoomOf(TypeDefinition type) => type.Namespace == Root ? "Factory" : type.Namespace[(Root.Length + 1)..];
}
