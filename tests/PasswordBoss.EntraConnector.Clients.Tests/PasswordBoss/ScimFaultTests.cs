using System;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.PasswordBoss;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>Each request of a cycle to Password Boss under each fault. A write with a success status is done, unless the response is an HTML page.</summary>
[Trait("Speed", "Slow")]
public sealed class ScimFaultTests
{
    private const string Table = """
        request        | 401                        | 403                    | 404                  | 410                 | 429                    | 500                 | 503                 | reset                    | truncated                | hang                     | HTML                 | empty                      | wrong JSON                 | redirect
        configuration  | AccountServerTokenRejected | AccountServerForbidden | something            | AccountServerFailed | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | AccountServerNotScim       | AccountServerNotScim       | ForeignHost
        resource types | AccountServerTokenRejected | AccountServerForbidden | something            | AccountServerFailed | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | AccountServerNotScim       | AccountServerNotScim       | ForeignHost
        accounts       | AccountServerTokenRejected | AccountServerForbidden | AccountServerNotScim | AccountServerFailed | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | AccountServerAnswerInvalid | AccountServerNotScim       | ForeignHost
        groups         | AccountServerTokenRejected | AccountServerForbidden | AccountServerNotScim | AccountServerFailed | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | AccountServerAnswerInvalid | AccountServerNotScim       | ForeignHost
        account        | AccountServerTokenRejected | AccountServerForbidden | null                 | null                | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | AccountServerAnswerInvalid | AccountServerAnswerInvalid | ForeignHost
        group          | AccountServerTokenRejected | AccountServerForbidden | null                 | null                | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | AccountServerAnswerInvalid | AccountServerAnswerInvalid | ForeignHost
        by externalId  | AccountServerTokenRejected | AccountServerForbidden | AccountServerNotScim | AccountServerFailed | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | AccountServerAnswerInvalid | AccountServerNotScim       | ForeignHost
        by userName    | AccountServerTokenRejected | AccountServerForbidden | AccountServerNotScim | AccountServerFailed | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | AccountServerAnswerInvalid | AccountServerNotScim       | ForeignHost
        create         | AccountServerTokenRejected | AccountRefused         | AccountNotFound      | AccountNotFound     | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | AccountServerAnswerInvalid | AccountServerAnswerInvalid | ForeignHost
        update         | AccountServerTokenRejected | AccountRefused         | AccountNotFound      | AccountNotFound     | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | done                       | done                       | ForeignHost
        disable        | AccountServerTokenRejected | AccountRefused         | AccountNotFound      | AccountNotFound     | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | done                       | done                       | ForeignHost
        delete         | AccountServerTokenRejected | AccountRefused         | done                 | done                | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | done                       | done                       | ForeignHost
        create group   | AccountServerTokenRejected | AccountRefused         | AccountNotFound      | AccountNotFound     | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | AccountServerAnswerInvalid | AccountServerAnswerInvalid | ForeignHost
        rename group   | AccountServerTokenRejected | AccountRefused         | AccountNotFound      | AccountNotFound     | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | done                       | done                       | ForeignHost
        add member     | AccountServerTokenRejected | AccountRefused         | AccountNotFound      | AccountNotFound     | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | done                       | done                       | ForeignHost
        remove member  | AccountServerTokenRejected | AccountRefused         | AccountNotFound      | AccountNotFound     | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | done                       | done                       | ForeignHost
        delete group   | AccountServerTokenRejected | AccountRefused         | done                 | done                | AccountServerThrottled | AccountServerFailed | AccountServerFailed | AccountServerUnreachable | AccountServerUnreachable | AccountServerUnreachable | AccountServerNotScim | done                       | done                       | ForeignHost
        """;

    private static readonly Row[] Rows =
    [
        new("configuration", "GET", "/ServiceProviderConfig", async d => Describe(await d.DiscoverAsync(default))),
        new("resource types", "GET", "/ResourceTypes", async d => Describe(await d.DiscoverAsync(default))),
        new("accounts", "GET", "/Users", async d => Describe(await d.ListAccountsAsync(null, default))),
        new("groups", "GET", "/Groups", async d => Describe(await d.ListGroupsAsync(default))),
        new("account", "GET", "/Users/u1", async d => Describe(await d.GetAccountAsync("u1", default))),
        new("group", "GET", "/Groups/g1", async d => Describe(await d.GetGroupAsync("g1", default))),
        new("by externalId", "GET", "/Users", async d => Describe((await d.FindByExternalIdAsync("unknown", default)).Count)),
        new("by userName", "GET", "/Users", async d => Describe((await d.FindByUserNameAsync("unknown@contoso.com", default)).Count)),
        new("create", "POST", "/Users", async d => Describe((await d.CreateAccountAsync(Draft, default)).Id)),
        new("update", "PATCH", "/Users/u1", async d => await DoneAsync(d.PatchAccountAsync("u1", new AccountPatch { DisplayName = "New" }, default))),
        new("disable", "PATCH", "/Users/u1", async d => await DoneAsync(d.PatchAccountAsync("u1", new AccountPatch { State = AccountState.Disabled }, default))),
        new("delete", "DELETE", "/Users/u1", async d => await DoneAsync(d.DeleteAccountAsync("u1", isHidden: false, default))),
        new("create group", "POST", "/Groups", async d => Describe(await d.CreateGroupAsync("Sales", "e9", default))),
        new("rename group", "PATCH", "/Groups/g1", async d => await DoneAsync(d.PatchGroupAsync("g1", new AccountGroupPatch { DisplayName = "New" }, default))),
        new("add member", "PATCH", "/Groups/g1", async d => await DoneAsync(d.AddMembersAsync("g1", ["u1"], default))),
        new("remove member", "PATCH", "/Groups/g1", async d => await DoneAsync(d.RemoveMembersAsync("g1", ["u1"], default))),
        new("delete group", "DELETE", "/Groups/g1", async d => await DoneAsync(d.DeleteGroupAsync("g1", default))),
    ];

    private static AccountDraft Draft => new() { UserName = "new@contoso.com", ExternalId = "e7", GivenName = "New", FamilyName = "One", DisplayName = "New One" };

    public static TheoryData<string> Faults => new(FaultTable.Faults);

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Each_request_gives_the_expected_result_for_each_fault(string fault)
    {
        var outcomes = await Task.WhenAll(Rows.Select(row => RunAsync(row, fault)));

        Assert.Equal(FaultTable.Column(Table, fault).Select(c => c.Key + ": " + c.Value), Rows.Zip(outcomes, (row, outcome) => row.Name + ": " + outcome));
    }

    private static async Task<string> RunAsync(Row row, string fault)
    {
        await using var server = await ScimServer.StartAsync();
        server.AddUser("ann@contoso.com", "e1")["id"] = "u1";
        server.AddGroup("Team", "e2", "u1")["id"] = "g1";
        server.Intercept = async context =>
        {
            if (context.Request.Method != row.Method || !context.Request.Path.Value!.EndsWith(row.PathEnd, StringComparison.Ordinal))
                return false;
            await FaultTable.ApplyAsync(server.Http, context, fault, (c, status) => ScimServer.ErrorAsync(c, status));
            return true;
        };
        using var directory = new ScimAccountDirectory(
            Clients.Http.HttpEndpoint.Open(Clients.Http.EndpointRole.PasswordBoss, server.Address, timing: FaultTable.TimingFor(fault)), ScimServer.Token);
        return await FaultTable.OutcomeAsync(() => row.Call(directory));
    }

    private static async Task<string> DoneAsync(Task task)
    {
        await task;
        return "done";
    }

    private static string Describe(object? result) => result switch
    {
        null => "null",
        AccountListing listing => listing.IsComplete ? "complete" : "incomplete",
        AccountGroupListing listing => listing.IsComplete ? "complete" : "incomplete",
        int count => count.ToString(CultureInfo.InvariantCulture),
        _ => "something",
    };

    private sealed record Row(string Name, string Method, string PathEnd, Func<ScimAccountDirectory, Task<string>> Call);
}
