using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>Sends membership changes, many changes of one group in one request. Thread-safe.</summary>
internal sealed class MembershipWriter
{
    private const int MembersPerRequest = 100;

    private readonly IAccountDirectory accounts;
    private readonly ISyncJournal journal;
    private readonly ServerIds ids;
    private readonly ChangeOutcomes outcomes;
    private readonly WriteGate gate;

    /// <param name="accounts">The Password Boss side.</param>
    /// <param name="journal">The journal of the connection.</param>
    /// <param name="ids">The server's ids.</param>
    /// <param name="outcomes">Receives the outcomes of the changes.</param>
    /// <param name="gate">Decides what may still be tried.</param>
    public MembershipWriter(IAccountDirectory accounts, ISyncJournal journal, ServerIds ids, ChangeOutcomes outcomes, WriteGate gate)
    {
        this.accounts = accounts;
        this.journal = journal;
        this.ids = ids;
        this.outcomes = outcomes;
        this.gate = gate;
    }

    /// <summary>The requests of a step. A change is recorded as not done if a change that it depends on was not done.</summary>
    /// <param name="changes">The changes of the step: all add, or all remove.</param>
    public List<MembershipRequest> RequestsOf(IEnumerable<PlannedMembershipChange> changes)
    {
        var requests = new List<MembershipRequest>();
        foreach (var group in changes.GroupBy(c => c.Group.Id, EntraId.Comparer))
        {
            string? accountGroupId = null;
            var possible = new List<MemberToChange>();
            foreach (var change in group)
            {
                accountGroupId = ids.GroupOf(change);
                if (change is RemoveMember && outcomes.IsKept(change.User.EntraId))
                    outcomes.Record(change, Following(Texts.DetailAccountKept));
                else if (accountGroupId is null || ids.AccountOf(change) is not { } accountId || (change is AddMember && outcomes.WasNotAdopted(change.AccountId)))
                    outcomes.Record(change, Following(Texts.DetailNeededFailed));
                else
                    possible.Add(new MemberToChange(change, accountId));
            }

            if (accountGroupId is not null)
                requests.AddRange(possible.InChunksOf(MembersPerRequest).Select(members => new MembershipRequest(accountGroupId, members)));
        }

        return requests;
    }

    /// <summary>The changes that may be tried. The others are recorded.</summary>
    /// <param name="members">The changes.</param>
    /// <param name="run">Whether the run was stopped.</param>
    public List<MemberToChange> Admitted(IReadOnlyList<MemberToChange> members, CancellationToken run)
    {
        var admitted = new List<MemberToChange>(members.Count);
        foreach (var member in members)
        {
            if (gate.WhyNot(member.Change, run) is { } reason)
                outcomes.Record(member.Change, reason);
            else
                admitted.Add(member);
        }

        return admitted;
    }

    /// <summary>Sends a request. If the server refuses it, sends each of its changes separately.</summary>
    /// <param name="request">The request.</param>
    /// <param name="sent">Receives the changes that the server accepted.</param>
    /// <param name="writes">Stops the write.</param>
    /// <param name="run">Whether the run was stopped.</param>
    /// <returns>False if the outcome is unknown.</returns>
    public async Task<bool> SendAsync(MembershipRequest request, List<MemberToChange> sent, CancellationToken writes, CancellationToken run)
    {
        // Earlier requests may have stopped the run meanwhile.
        var members = Admitted(request.Members, run);
        if (members.Count == 0)
            return true;

        var adds = members[0].Change is AddMember;
        try
        {
            var accountIds = members.Select(m => m.AccountId).ToList();
            if (adds)
                await accounts.AddMembersAsync(request.AccountGroupId, accountIds, writes).ConfigureAwait(false);
            else
                await accounts.RemoveMembersAsync(request.AccountGroupId, accountIds, writes).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (!ErrorCatalog.MayBeDone(e.Id) && members.Count > 1)
        {
            // One invalid member must not block the others.
            var known = true;
            foreach (var member in members)
                known &= await SendAsync(new MembershipRequest(request.AccountGroupId, new[] { member }), sent, writes, run).ConfigureAwait(false);
            return known;
        }
        catch (ConnectorException e)
        {
            foreach (var member in members)
                gate.Fail(member.Change, e.Problem);
            return !ErrorCatalog.MayBeDone(e.Id);
        }
        catch (OperationCanceledException)
        {
            foreach (var member in members)
                outcomes.RecordUndone(member.Change, ChangeOutcome.Skipped, null, Texts.DetailStopped);
            return false;
        }

        gate.Succeed(members[0].Change);
        sent.AddRange(members);
        // An addition is done when the server accepts it, a removal when a read shows it.
        if (adds)
        {
            foreach (var member in members)
                outcomes.Done(member.Change, new ChangeResult(member.Change.Action, member.Change.Note));
            // Saved before the effect is read: on a server that hides members, this is the only record of the members to remove in a later run.
            journal.Apply(members.SelectMany(m => m.Change is AddMember add ? add.StateChangesWhen(m.AccountId, new Effect.Seen(null)) : Array.Empty<StateChange>()).ToList(), Array.Empty<Guid>());
        }

        return true;
    }

    private static NotTried Following(Message detail) => new(ChangeOutcome.Skipped, null, detail) { FollowsFailure = true };
}

/// <summary>A change of a membership whose account is known.</summary>
/// <param name="Change">The change.</param>
/// <param name="AccountId">The server's id of the account.</param>
internal readonly record struct MemberToChange(PlannedMembershipChange Change, string AccountId);

/// <summary>Changes that are sent to the server together.</summary>
/// <param name="AccountGroupId">The server's id of the group.</param>
/// <param name="Members">The changes: all add, or all remove.</param>
internal sealed record MembershipRequest(string AccountGroupId, IReadOnlyList<MemberToChange> Members)
{
    /// <summary>What the journal stores before the request is sent: the group, but none of its members.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="now">The time, UTC.</param>
    public Intent ToIntent(Guid runId, DateTimeOffset now) =>
        Members[0].Change.ToIntent(runId, now) with { AccountGroupId = AccountGroupId, EntraId = null, AccountId = null, Email = null };
}
