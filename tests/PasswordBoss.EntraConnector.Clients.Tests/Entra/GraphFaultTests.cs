using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>Each request of a cycle to Entra under each fault. No cell reports a leaver, and none a complete group.</summary>
[Trait("Speed", "Slow")]
public sealed class GraphFaultTests
{
    private const string Table = """
        request            | 401                           | 403                           | 404                     | 410                     | 429                        | 500                     | 503                     | reset                        | truncated                    | hang                         | HTML                           | empty                          | wrong JSON                     | redirect
        token              | SignInFailed                  | SignInFailed                  | SignInFailed            | SignInFailed            | SignInUnreachable          | SignInUnreachable       | SignInUnreachable       | SignInUnreachable            | SignInUnreachable            | SignInUnreachable            | SignInUnreachable              | SignInUnreachable              | SignInFailed                   | SignInUnreachable
        start, groups      | GraphUnauthorized             | ChangesNotTracked             | ChangesNotTracked       | ChangesNotTracked       | GraphThrottled             | GraphFailed             | GraphFailed             | GraphUnreachable             | GraphUnreachable             | GraphUnreachable             | GraphAnswerInvalid             | GraphAnswerInvalid             | GraphAnswerInvalid             | ForeignHost
        start, users       | GraphUnauthorized             | ChangesNotTracked             | ChangesNotTracked       | ChangesNotTracked       | GraphThrottled             | GraphFailed             | GraphFailed             | GraphUnreachable             | GraphUnreachable             | GraphUnreachable             | GraphAnswerInvalid             | GraphAnswerInvalid             | GraphAnswerInvalid             | ForeignHost
        changes, groups    | GraphUnauthorized             | ChangesNotTracked             | ChangesLost             | ChangesLost             | GraphThrottled             | GraphFailed             | GraphFailed             | GraphUnreachable             | GraphUnreachable             | GraphUnreachable             | GraphAnswerInvalid             | GraphAnswerInvalid             | GraphAnswerInvalid             | ForeignHost
        changes, users     | GraphUnauthorized             | ChangesNotTracked             | ChangesLost             | ChangesLost             | GraphThrottled             | GraphFailed             | GraphFailed             | GraphUnreachable             | GraphUnreachable             | GraphUnreachable             | GraphAnswerInvalid             | GraphAnswerInvalid             | GraphAnswerInvalid             | ForeignHost
        changes, next page | GraphUnauthorized             | ChangesNotTracked             | ChangesLost             | ChangesLost             | GraphThrottled             | GraphFailed             | GraphFailed             | GraphUnreachable             | GraphUnreachable             | GraphUnreachable             | GraphAnswerInvalid             | GraphAnswerInvalid             | GraphAnswerInvalid             | ForeignHost
        group              | GraphUnauthorized             | Incomplete, PermissionMissing | NotFound                | GraphFailed             | GraphThrottled             | GraphFailed             | GraphFailed             | GraphUnreachable             | GraphUnreachable             | GraphUnreachable             | GraphAnswerInvalid             | GraphAnswerInvalid             | GraphAnswerInvalid             | ForeignHost
        members            | Incomplete, GraphUnauthorized | Incomplete, PermissionMissing | Incomplete, GraphFailed | Incomplete, GraphFailed | Incomplete, GraphThrottled | Incomplete, GraphFailed | Incomplete, GraphFailed | Incomplete, GraphUnreachable | Incomplete, GraphUnreachable | Incomplete, GraphUnreachable | Incomplete, GraphAnswerInvalid | Incomplete, GraphAnswerInvalid | Incomplete, GraphAnswerInvalid | Incomplete, ForeignHost
        members, next page | Incomplete, GraphUnauthorized | Incomplete, PermissionMissing | Incomplete, GraphFailed | Incomplete, GraphFailed | Incomplete, GraphThrottled | Incomplete, GraphFailed | Incomplete, GraphFailed | Incomplete, GraphUnreachable | Incomplete, GraphUnreachable | Incomplete, GraphUnreachable | Incomplete, GraphAnswerInvalid | Incomplete, GraphAnswerInvalid | Incomplete, GraphAnswerInvalid | Incomplete, ForeignHost
        deleted group      | Incomplete, GraphUnauthorized | Incomplete, PermissionMissing | NotFound                | Incomplete, GraphFailed | Incomplete, GraphThrottled | Incomplete, GraphFailed | Incomplete, GraphFailed | Incomplete, GraphUnreachable | Incomplete, GraphUnreachable | Incomplete, GraphUnreachable | Incomplete, GraphAnswerInvalid | Incomplete, GraphAnswerInvalid | Incomplete, GraphAnswerInvalid | Incomplete, ForeignHost
        people             | GraphUnauthorized             | Unknown                       | Unknown                 | Unknown                 | Unknown                    | Unknown                 | Unknown                 | Unknown                      | Unknown                      | Unknown                      | Unknown                        | Unknown                        | Unknown                        | Unknown
        deleted people     | GraphUnauthorized             | 0                             | 0                       | 0                       | 0                          | 0                       | 0                       | 0                            | 0                            | 0                            | 0                              | 0                              | 0                              | 0
        group by id        | GraphUnauthorized             | PermissionMissing             | 0                       | GraphFailed             | GraphThrottled             | GraphFailed             | GraphFailed             | GraphUnreachable             | GraphUnreachable             | GraphUnreachable             | GraphAnswerInvalid             | GraphAnswerInvalid             | GraphAnswerInvalid             | ForeignHost
        user by id         | GraphUnauthorized             | PermissionMissing             | 0                       | GraphFailed             | GraphThrottled             | GraphFailed             | GraphFailed             | GraphUnreachable             | GraphUnreachable             | GraphUnreachable             | GraphAnswerInvalid             | GraphAnswerInvalid             | GraphAnswerInvalid             | ForeignHost
        user by address    | GraphUnauthorized             | PermissionMissing             | GraphFailed             | GraphFailed             | GraphThrottled             | GraphFailed             | GraphFailed             | GraphUnreachable             | GraphUnreachable             | GraphUnreachable             | GraphAnswerInvalid             | GraphAnswerInvalid             | GraphAnswerInvalid             | ForeignHost
        """;

    private static readonly Row[] Rows =
    [
        new("token", null, async t => (await t.Reader.SignInAsync(default)).TenantId!),
        new("start, groups", c => Path(c) == "/v1.0/groups/delta", async t => Describe(await t.Reader.StartTrackingAsync([t.Group], default))),
        new("start, users", c => Path(c) == "/v1.0/users/delta", async t => Describe(await t.Reader.StartTrackingAsync([t.Group], default))),
        new("changes, groups", c => Path(c) == "/v1.0/groups/delta" && IsRound(c), ReadChangesAsync),
        new("changes, users", c => Path(c) == "/v1.0/users/delta" && IsRound(c), ReadChangesAsync),
        new("changes, next page", c => c.Request.Query.ContainsKey("$skiptoken"), ReadChangesAsync),
        new("group", c => c.Request.Path.Value!.StartsWith("/v1.0/groups/", StringComparison.Ordinal), ReadGroupAsync),
        new("members", c => Path(c).EndsWith("/members", StringComparison.Ordinal), ReadGroupAsync),
        new("members, next page", c => c.Request.Query.ContainsKey("$skiptoken"), ReadGroupAsync),
        new("deleted group", c => Path(c).StartsWith("/v1.0/directory/", StringComparison.Ordinal), async t => Describe(await t.Reader.ReadGroupAsync(Guid.Empty.ToString(), "", false, null, default))),
        new("people", c => Path(c) == "/v1.0/$batch", LookUpAsync),
        new("deleted people", c => Path(c) == "/v1.0/$batch", async t => (await t.Reader.FindDeletedUsersAsync([t.Deleted], default)).Count.ToString(CultureInfo.InvariantCulture)),
        new("group by id", c => c.Request.Path.Value!.StartsWith("/v1.0/groups/", StringComparison.Ordinal), async t => (await t.Reader.FindGroupsAsync(t.Group, default)).Count.ToString(CultureInfo.InvariantCulture)),
        new("user by id", c => Path(c).StartsWith("/v1.0/users/", StringComparison.Ordinal), async t => Describe(await t.Reader.FindUsersAsync(t.User, default))),
        new("user by address", c => Path(c) == "/v1.0/users", async t => Describe(await t.Reader.FindUsersAsync("unknown@contoso.example", default))),
    ];

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
        await using var entra = await EntraDouble.StartAsync();
        entra.PageLimit = 1;
        var ann = entra.AddUser("ann");
        var group = entra.AddGroup("A", ann, entra.AddUser("bob"));
        var deleted = Guid.NewGuid().ToString();
        entra.Deleted[deleted] = new() { ["@odata.type"] = "#microsoft.graph.user", ["id"] = deleted };
        entra.Delta.UserPages = [[DeltaDouble.User("a0000000-0000-0000-0000-000000000001")], [DeltaDouble.User("a0000000-0000-0000-0000-000000000002", "deleted")]];
        using var before = entra.Open();
        var links = await before.StartTrackingAsync([group], default);
        if (row.Matches is null)
            entra.OnSignIn = (c, _) => FailAsync(c);
        else
            entra.OnGraph = async c => row.Matches(c) && await FailAsync(c);
        using var reader = entra.Open(FaultTable.TimingFor(fault));
        return await FaultTable.OutcomeAsync(() => row.Call(new Target(reader, group, (string)ann["id"]!, deleted, links)));

        async Task<bool> FailAsync(HttpContext context)
        {
            await FaultTable.ApplyAsync(entra.Server, context, fault, (c, status) => EntraDouble.RefuseAsync(c, status, "code"));
            return true;
        }
    }

    private static string Path(HttpContext context) => context.Request.Path.Value!;

    private static bool IsRound(HttpContext context) => context.Request.Query["$deltatoken"] != "latest";

    private static async Task<string> ReadChangesAsync(Target target)
    {
        var changes = await target.Reader.ReadChangesAsync(target.Links, default);
        return changes.Users.Count + " users";
    }

    private static async Task<string> ReadGroupAsync(Target target) => Describe(await target.Reader.ReadGroupAsync(target.Group, "", false, null, default));

    private static async Task<string> LookUpAsync(Target target)
    {
        var found = (await target.Reader.LookUpUsersAsync([target.User], [target.Group], default))[target.User];
        return found.Existence + (found.Memberships.Count == 0 ? "" : ", a member or not");
    }

    private static string Describe(DeltaLinks links) => links.Groups.Count + 1 + " links";

    private static string Describe(IReadOnlyList<DirectoryUser> users) => users.Count.ToString(CultureInfo.InvariantCulture);

    private static string Describe(GroupReading reading) => reading.Problem is null ? reading.Status.ToString() : reading.Status + ", " + reading.Problem.Id;

    private sealed record Target(GraphDirectoryReader Reader, string Group, string User, string Deleted, DeltaLinks Links);

    private sealed record Row(string Name, Func<HttpContext, bool>? Matches, Func<Target, Task<string>> Call);
}
