using System.Linq;
using Mono.Cecil;

namespace PasswordBoss.EntraConnector.Core.Tests.Architecture;

/// <summary>The references between the rooms of Core, read from the compiled assembly. No room may use a later room of the list.</summary>
public sealed class RoomTests
{
    private const string Root = "PasswordBoss.EntraConnector";

    private static readonly string[] Order =
    [
        // The basic types.
        "Contract", "Messages", "Errors", "Rules", "Model", "Matching", "Ports", "Runtime",
        // Events of connections and their receivers. A saved run causes events, so this room is before the run.
        "Alerts",
        // A run: read → decide → write → record. Reads use types of the decisions, so Decide is first.
        "Sync.Decide", "Sync.Read", "Sync.Write", "Sync.Record", "Output", "Sync",
        // The commands of an admin other than runs.
        "Scheduling", "Checks", "Setup", "Applications", "Links",
        // A page or a table about connections and their history.
        "Reports",
        // Runs of many connections in one call.
        "Fleet",
        "Service",
    ];

    [Fact]
    public void No_room_uses_a_later_one()
    {
        var found = new Rooms(Order, RoomOf).FindBackArrows(typeof(ConnectorService).Assembly.Location);

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Theory]
    [InlineData("Messages", "Errors")]
    [InlineData("Sync.Decide", "Sync.Read")]
    [InlineData("Sync.Write", "Sync.Record")]
    [InlineData("Sync.Record", "Output")]
    [InlineData("Fleet", "Service")]
    public void A_reversed_arrow_is_found(string earlier, string later)
    {
        var exchanged = Order.Select(room => room == earlier ? later : room == later ? earlier : room).ToList();

        var found = new Rooms(exchanged, RoomOf).FindBackArrows(typeof(ConnectorService).Assembly.Location);

        Assert.NotEmpty(found);
        Assert.All(found, arrow => Assert.StartsWith($"{later} → {earlier}: ", arrow, System.StringComparison.Ordinal));
    }

    [Fact]
    public void A_type_outside_all_rooms_is_found()
    {
        var found = new Rooms(Order.Where(room => room != "Alerts").ToList(), RoomOf).FindBackArrows(typeof(ConnectorService).Assembly.Location);

        Assert.Contains(found, line => line.EndsWith("is in a room that the list lacks: Alerts", System.StringComparison.Ordinal));
    }

    [Fact]
    public void Only_Output_builds_the_objects_that_commands_emit()
    {
        var found = new Rooms(Order, RoomOf).FindConstructions(typeof(ConnectorService).Assembly.Location, type => type.Namespace == Root && type.Name.StartsWith("PB", System.StringComparison.Ordinal));

        Assert.NotEmpty(found);
        Assert.All(found, place => Assert.StartsWith("Output: ", place, System.StringComparison.Ordinal));
    }

    // The root namespace contains the public types of scripts: the enumerations that every room uses, and the objects that cmdlets emit.
    private static string RoomOf(TypeDefinition type) => type.Namespace != Root
        ? type.Namespace[(Root.Length + 1)..]
        : type.IsEnum ? "Contract" : type.Name == nameof(ConnectorService) ? "Service" : "Output";
}
