using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.PasswordBoss;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Module.Tests;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>Each request that the connector sends to Password Boss, as it arrives at a server.</summary>
public sealed class ScimRequestTests : ScimTestBase
{
    private const string Account = "u1";
    private const string Group = "g2";

    private static readonly (string Title, Func<ScimAccountDirectory, Task> Send)[] Reads =
    [
        ("Discover the server", d => d.DiscoverAsync(default)),
        ("Describe the extension", d => d.DescribeExtensionAsync(default)),
        ("List the accounts", d => d.ListAccountsAsync(null, default)),
        ("List the groups", d => d.ListGroupsAsync(default)),
        ("Read an account", d => d.GetAccountAsync(Account, default)),
        ("Read a group", d => d.GetGroupAsync(Group, default)),
        ("Find an account by its external id", d => d.FindByExternalIdAsync("aaaa-1", default)),
        ("Find an account by its address", d => d.FindByUserNameAsync("zo\u00EB+1@contoso.com", default)),
    ];

    private static readonly (string Title, Func<ScimAccountDirectory, Task> Send)[] Writes =
    [
        ("Create an active account", d => d.CreateAccountAsync(Draft(), default)),
        ("Create a pending account", d => d.CreateAccountAsync(Draft("ben@contoso.com", "aaaa-2", pending: true), default)),
        ("Adopt an account", Patch(new AccountPatch { ExternalId = "aaaa-1", ManagedBy = ManagedBy.AzureAD })),
        ("Adopt an account with other names", Patch(new AccountPatch { GivenName = "Zo\u00EB", FamilyName = "O'Hara", DisplayName = "Zo\u00EB \"Z\" O'Hara", ExternalId = "aaaa-1", ManagedBy = ManagedBy.AzureAD })),
        ("Change the external id", Patch(new AccountPatch { ExternalId = "aaaa-3" })),
        ("Change the manager", Patch(new AccountPatch { ManagedBy = ManagedBy.AzureAD })),
        ("Change the names", Patch(new AccountPatch { GivenName = "Anne", FamilyName = "M\u00FCller", DisplayName = "Anne M\u00FCller" })),
        ("Change one name", Patch(new AccountPatch { FamilyName = "M\u00FCller" })),
        ("Disable an account", Patch(new AccountPatch { State = AccountState.Disabled })),
        ("Enable an account", Patch(new AccountPatch { State = AccountState.Active })),
        ("Enable an account as pending", Patch(new AccountPatch { State = AccountState.Pending })),
        ("Convert an account to personal", Patch(new AccountPatch { State = AccountState.Personal })),
        ("Release an account", Patch(new AccountPatch { ManagedBy = ManagedBy.PasswordBoss })),
        ("Delete an account", d => d.DeleteAccountAsync(Account, isHidden: false, default)),
        ("Create a group", d => d.CreateGroupAsync("Sales & \"Co\"", "g-1", default)),
        ("Rename a group", Patch(new AccountGroupPatch { DisplayName = "Sales" })),
        ("Change the external id of a group", Patch(new AccountGroupPatch { ExternalId = "g-2" })),
        ("Take a group back", Patch(new AccountGroupPatch { ManagedBy = ManagedBy.AzureAD })),
        ("Release a group", Patch(new AccountGroupPatch { ManagedBy = ManagedBy.PasswordBoss })),
        ("Add a member", d => d.AddMembersAsync(Group, ["u3"], default)),
        ("Add members", d => d.AddMembersAsync(Group, ["u4", "u5"], default)),
        ("Remove a member", d => d.RemoveMembersAsync(Group, ["u3"], default)),
        ("Remove members", d => d.RemoveMembersAsync(Group, ["u4", "u5"], default)),
        ("Delete a group", d => d.DeleteGroupAsync(Group, default)),
    ];

    [Theory]
    [InlineData(true, "with-extension.http")]
    [InlineData(false, "without-extension.http")]
    public async Task Every_write_is_sent_as_committed(bool extension, string file)
    {
        Prepare(extension);
        await Directory.DiscoverAsync(CancellationToken.None);

        await CheckAsync("writes-" + file, Writes);
    }

    [Fact]
    public async Task Every_read_is_sent_as_committed()
    {
        Prepare(extension: true);

        await CheckAsync("reads.http", Reads);
    }

    private static Func<ScimAccountDirectory, Task> Patch(AccountPatch patch) => d => d.PatchAccountAsync(Account, patch, default);

    private static Func<ScimAccountDirectory, Task> Patch(AccountGroupPatch patch) => d => d.PatchGroupAsync(Group, patch, default);

    private void Prepare(bool extension)
    {
        Server.OffersExtension = extension;
        Server.AddUser("existing@contoso.com", "aaaa-0");
        Server.AddGroup("Existing", "g-0");
    }

    private async Task CheckAsync(string file, IEnumerable<(string Title, Func<ScimAccountDirectory, Task> Send)> calls)
    {
        var text = new StringBuilder();
        foreach (var (title, send) in calls)
        {
            var before = Server.Http.Requests.Count;
            ErrorId? refused = null;
            try
            {
                await send(Directory);
            }
            catch (ConnectorException e)
            {
                refused = e.Id;
            }

            text.Append(RequestText.Of(refused is null ? title : $"{title}: {refused}", Server.Http.Requests.Skip(before)));
        }

        GoldenFile.Check("PasswordBoss.EntraConnector.Clients.Tests/PasswordBoss/Golden/" + file, text.ToString());
    }
}
