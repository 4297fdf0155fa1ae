using System;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Module.Tests;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>Each request that a full and an incremental read send to Microsoft Graph, as it arrives there.</summary>
public sealed partial class GraphRequestTests : IAsyncLifetime
{
    private const string Ann = "a0000000-0000-0000-0000-000000000001";
    private const string Gone = "a0000000-0000-0000-0000-000000000002";
    private const string UserGroup = "b0000000-0000-0000-0000-000000000001";
    private const string Additional = "b0000000-0000-0000-0000-000000000002";

    private readonly StringBuilder text = new();
    private EntraDouble entra = null!;
    private GraphDirectoryReader reader = null!;

    public async Task InitializeAsync()
    {
        entra = await EntraDouble.StartAsync();
        entra.PageLimit = 1;
        var ann = entra.AddUser("ann");
        Add(UserGroup, "Password Boss Users", ann, EntraDouble.AsMember(Additional));
        Add(Additional, "Sales", ann);
        reader = entra.Open();

        void Add(string id, string name, params System.Text.Json.Nodes.JsonObject[] members)
        {
            var added = entra.AddGroup(name, members);
            entra.Groups[id] = entra.Groups[added];
            entra.Groups[id]["id"] = id;
            entra.Members[id] = entra.Members[added];
        }
    }

    public async Task DisposeAsync()
    {
        reader.Dispose();
        await entra.DisposeAsync();
    }

    [Fact]
    public async Task A_full_read_is_sent_as_committed()
    {
        await WriteAsync("Start to track changes", () => reader.StartTrackingAsync([UserGroup, Additional], default));
        await WriteAsync("Read the user group", () => reader.ReadGroupAsync(UserGroup, "", includeNested: false, null, default));
        await WriteAsync("Read a group with the members of nested groups", () => reader.ReadGroupAsync(UserGroup, "", includeNested: true, null, default));
        await WriteAsync("Look users up", () => reader.LookUpUsersAsync([Ann, Gone], [UserGroup, Additional], default));
        await WriteAsync("Find deleted users", () => reader.FindDeletedUsersAsync([Gone], default));

        Check("full-read.http");
    }

    [Fact]
    public async Task An_incremental_read_is_sent_as_committed()
    {
        var links = await reader.StartTrackingAsync([UserGroup, Additional], default);
        entra.Delta.UserPages = [[DeltaDouble.User(Ann)], []];
        await WriteAsync("Read the changes", () => reader.ReadChangesAsync(links, default));
        await WriteAsync("Look users up", () => reader.LookUpUsersAsync([Ann], [UserGroup], default));

        Check("incremental-read.http");
    }

    // Requests of one read can arrive in any order.
    private async Task WriteAsync(string title, Func<Task> read)
    {
        var before = entra.GraphRequests.Count;
        await read();
        text.Append(RequestText.Of(title, entra.GraphRequests.Skip(before).OrderBy(request => request.PathAndQuery, StringComparer.Ordinal)));
    }

    private void Check(string file) =>
        GoldenFile.Check("PasswordBoss.EntraConnector.Clients.Tests/Entra/Golden/" + file, LinkNumber().Replace(text.ToString(), "~"));

    // The double numbers its links in the order of the requests.
    [GeneratedRegex(@"(?<=a\.b_)~\d+")]
    private static partial Regex LinkNumber();
}
