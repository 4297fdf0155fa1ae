using Mono.Cecil;

namespace PasswordBoss.EntraConnector.Core.Tests.Architecture;

/// <summary>The arrows between the rooms of Core, read from the compiled assembly: the folder list is the story, and no room uses a later one.</summary>
public sealed class RoomTests
{
    private const string Root = "PasswordBoss.EntraConnector";

    private static readonly string[] Order =
    [
        // What everything is made of.
        "Contract", "Messages", "Errors", "Rules", "Model", "Matching", "Ports", "Runtime",
        // What is reported about a connection, and to whom. A saved run reports too.
        "Alerts",
        // A run: read → decide → write → record. What is read is decided on, so the decisions come first.
        "Sync.Decide", "Sync.Read", "Sync.Write", "Sync.Record", "Output", "Sync",
        // What an admin does beside the runs.
        "Scheduling", "Checks", "Setup", "Applications", "Links",
        // Many connections in one call.
        "Fleet",
        "Service",
    ];

    [Fact]
    public void No_room_uses_a_later_one()
    {
        var found = new Rooms(Order, RoomOf).FindBackArrows(typeof(ConnectorService).Assembly.Location);

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    // The root namespace is what scripts see: the enumerations that everything uses, and the objects that cmdlets emit.
    private static string RoomOf(TypeDefinition type) => type.Namespace != Root
        ? type.Namespace[(Root.Length + 1)..]
        : type.IsEnum ? "Contract" : type.Name == nameof(ConnectorService) ? "Service" : "Output";
}
