using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using static PasswordBoss.EntraConnector.Errors.ErrorId;

namespace PasswordBoss.EntraConnector.Core.Tests.Incremental;

/// <summary>
/// The outcome of full and incremental runs if a request fails, for each request of a cycle and each fault that the clients distinguish. No user loses an
/// account or a membership, and after the fault every change is applied.
/// </summary>
public class FaultTableTests
{
    private const string UserGroupOnly = "ReadGroupAsync of the user group";
    private const string TeamOnly = "ReadGroupAsync of another group";

    private static readonly string[] RequestsToEntra = { "StartTrackingAsync", "ReadChangesAsync", UserGroupOnly, TeamOnly, "LookUpUsersAsync" };

    private static readonly ErrorId[] OfEntra =
    {
        SignInUnreachable, SecretExpired, GraphUnauthorized, PermissionMissing, GraphUnreachable, GraphUntrusted, GraphThrottled, GraphFailed, GraphAnswerInvalid, ForeignHost,
    };

    private static readonly ErrorId[] OfPasswordBoss =
    {
        AccountServerUnreachable, AccountServerUntrusted, AccountServerTokenRejected, AccountServerForbidden, AccountServerNotScim, AccountServerThrottled, AccountServerFailed,
        AccountServerAnswerInvalid, AccountRefused, ForeignHost,
    };

    // After these faults the run sends nothing more to Password Boss.
    private static readonly ErrorId[] Final = { AccountServerUntrusted, AccountServerTokenRejected, ForeignHost };

    // These are responses to a request for one user. The run reads everything instead.
    private static readonly ErrorId[] OfOnePerson = { AccountServerForbidden, AccountServerAnswerInvalid, AccountRefused };

    private static readonly (SyncMode Begun, string Request, Func<ErrorId, (SyncMode Mode, SyncOutcome Outcome)> Ends)[] Table =
    {
        (SyncMode.Full, "StartTrackingAsync", _ => (SyncMode.Full, SyncOutcome.Failed)),
        (SyncMode.Full, UserGroupOnly, _ => (SyncMode.Full, SyncOutcome.Failed)),
        (SyncMode.Full, TeamOnly, id => (SyncMode.Full, id is SecretExpired or GraphUnauthorized ? SyncOutcome.Failed : SyncOutcome.Partial)),
        (SyncMode.Full, "LookUpUsersAsync", _ => (SyncMode.Full, SyncOutcome.Failed)),
        (SyncMode.Full, "DiscoverAsync", _ => (SyncMode.Full, SyncOutcome.Failed)),
        (SyncMode.Full, "ListAccountsAsync", _ => (SyncMode.Full, SyncOutcome.Failed)),
        (SyncMode.Full, "ListGroupsAsync", _ => (SyncMode.Full, SyncOutcome.Failed)),
        (SyncMode.Full, "CreateAccountAsync", Write(SyncMode.Full)),
        (SyncMode.Full, "PatchAccountAsync", Write(SyncMode.Full)),
        (SyncMode.Full, "CreateGroupAsync", Write(SyncMode.Full)),
        (SyncMode.Full, "AddMembersAsync", Write(SyncMode.Full)),
        (SyncMode.Incremental, "ReadChangesAsync", _ => (SyncMode.Incremental, SyncOutcome.Failed)),
        (SyncMode.Incremental, "LookUpUsersAsync", _ => (SyncMode.Incremental, SyncOutcome.Failed)),
        (SyncMode.Incremental, "DiscoverAsync", _ => (SyncMode.Incremental, SyncOutcome.Failed)),
        (SyncMode.Incremental, "GetAccountAsync", Search),
        (SyncMode.Incremental, "FindByExternalIdAsync", Search),
        (SyncMode.Incremental, "FindByUserNameAsync", Search),
        (SyncMode.Incremental, "ListGroupsAsync", _ => (SyncMode.Incremental, SyncOutcome.Failed)),
        (SyncMode.Incremental, "CreateAccountAsync", Write(SyncMode.Incremental)),
        (SyncMode.Incremental, "PatchAccountAsync", Write(SyncMode.Incremental)),
        (SyncMode.Incremental, "CreateGroupAsync", Write(SyncMode.Incremental)),
        (SyncMode.Incremental, "AddMembersAsync", Write(SyncMode.Incremental)),
    };

    public static TheoryData<SyncMode, string, ErrorId, SyncMode, SyncOutcome> Cells()
    {
        var cells = new TheoryData<SyncMode, string, ErrorId, SyncMode, SyncOutcome>();
        foreach (var (begun, request, ends) in Table)
        {
            foreach (var id in RequestsToEntra.Contains(request) ? OfEntra : OfPasswordBoss)
                cells.Add(begun, request, id, ends(id).Mode, ends(id).Outcome);
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_fault_ends_the_run_as_the_table_defines_and_removes_nothing(SyncMode begun, string request, ErrorId fault, SyncMode mode, SyncOutcome outcome)
    {
        var world = new World();
        var people = Enumerable.Range(0, 8).Select(i => world.Join("person" + i)).ToList();
        var team = world.NewSyncedGroup("Team", people[0], people[1], people[2]);
        var later = world.NewSyncedGroup("Later");
        world.Sync();
        world.Clock.Advance(TimeSpan.FromHours(2));
        var newcomer = world.Join("newcomer");
        team.Members.Add(newcomer);
        later.Members.Add(people[4]);
        world.Edit(people[5], u => u with { Surname = "Smith" });
        // A page lacked this user, so a full run looks the user up.
        world.Entra.MissingFromLists.Add((world.UserGroup.Id, people[7]));
        var faults = 0;
        world.Entra.FaultOn = (call, target) => call + Of(target) == request || call == request ? Count() : null;
        world.PasswordBoss.FaultOn = (call, _) => call == request && !RequestsToEntra.Contains(request) ? Count() : null;

        var result = begun == SyncMode.Full ? world.Sync() : world.SyncChanges();

        Assert.NotEqual(0, faults);
        Assert.Equal((mode, outcome), (result.Mode, result.Outcome));
        NoUserLostAnything();

        world.Entra.FaultOn = null;
        world.PasswordBoss.FaultOn = null;
        world.Entra.MissingFromLists.Clear();
        world.SyncChanges();
        world.Sync();
        NoUserLostAnything();
        Assert.Equal(AccountState.Active, world.PasswordBoss.At(World.AddressOf("newcomer")).State);
        Assert.Equal("Smith", world.PasswordBoss.At(World.AddressOf("person5")).FamilyName);
        Assert.Contains(World.AddressOf("newcomer"), world.MembersOf("Team"));
        Assert.Equal(new[] { World.AddressOf("person4") }, world.MembersOf("Later"));
        Assert.Equal(9, world.PasswordBoss.Accounts.Count);
        Assert.Empty(world.PasswordBoss.Violations);

        string Of(string target) => target == world.UserGroup.Id ? " of the user group" : " of another group";

        Fault Count()
        {
            faults++;
            return new Fault(fault);
        }

        void NoUserLostAnything()
        {
            for (var i = 0; i < 8; i++)
                Assert.Equal(AccountState.Active, world.PasswordBoss.At(World.AddressOf("person" + i)).State);
            Assert.Equal(3, world.MembersOf("Team").Count(m => m.StartsWith("person", StringComparison.Ordinal)));
        }
    }

    private static Func<ErrorId, (SyncMode Mode, SyncOutcome Outcome)> Write(SyncMode mode) => id => (mode, Final.Contains(id) ? SyncOutcome.Failed : SyncOutcome.Partial);

    private static (SyncMode Mode, SyncOutcome Outcome) Search(ErrorId id) =>
        OfOnePerson.Contains(id) ? (SyncMode.Full, SyncOutcome.Partial) : (SyncMode.Incremental, SyncOutcome.Failed);
}
