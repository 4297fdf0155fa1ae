using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>A server that changes a resource only if the request names its version (RFC 7644 section 3.14).</summary>
public sealed class ScimVersionTests : ScimTestBase
{
    [Theory]
    [InlineData(412, false)]
    [InlineData(428, false)]
    [InlineData(428, true)]
    public async Task Accounts_and_groups_are_changed_in_the_version_that_was_read(int status, bool onlyInBody)
    {
        Server.RequiresVersion = status;
        Server.VersionOnlyInBody = onlyInBody;
        Server.AddUser("ann@contoso.com");
        Server.AddGroup("Sales", "g-1", "u1");

        await Directory.PatchAccountAsync("u1", new AccountPatch { DisplayName = "Ann" }, CancellationToken.None);
        Assert.Equal("Ann", (string)Server.User("u1")["displayName"]!);
        Assert.Equal(["PATCH", "GET", "PATCH"], Server.Calls.Select(c => c.Method));
        await Directory.AddMembersAsync("g2", ["u7"], CancellationToken.None);
        await Directory.RemoveMembersAsync("g2", ["u1"], CancellationToken.None);
        Assert.Equal(["u7"], ScimServer.MembersOf(Server.Group("g2")));
        await Directory.DeleteGroupAsync("g2", CancellationToken.None);
        await Directory.DeleteAccountAsync("u1", isHidden: false, CancellationToken.None);
        Assert.Empty(Server.Users);
        Assert.Empty(Server.Groups);
    }

    [Fact]
    public async Task A_server_that_names_no_version_refuses_the_change()
    {
        Server.AddUser("ann@contoso.com");
        Next("PATCH", "/Users/u1", c => ScimServer.ErrorAsync(c, 428));
        // Each attribute alone would be refused too.
        await FailsAsync(ErrorId.AccountRefused, () => Directory.PatchAccountAsync("u1", new AccountPatch { DisplayName = "Ann", GivenName = "Ann" }, CancellationToken.None));
        Assert.Equal(["PATCH", "GET"], Server.Calls.Select(c => c.Method));
    }
}
