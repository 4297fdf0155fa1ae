using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Decide;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Links;

/// <summary>
/// Finds users of the user group without an account, and accounts without a user, from the plan of a full run. It reads what a full run with <c>-WhatIf</c> reads, takes
/// no lock, and saves nothing.
/// </summary>
internal sealed class UnmatchedParties
{
    private readonly ConnectionSettings connection;
    private readonly PlannerInput input;
    private readonly SyncPlan plan;

    private UnmatchedParties(ConnectionSettings connection, PlannerInput input)
    {
        this.connection = connection;
        this.input = input;
        plan = SyncPlanner.Plan(input);
    }

    /// <summary>
    /// Reads both sides. Throws if the user group or the accounts cannot be read completely, because anything that was not read would look like an orphan.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="directory">The Entra side.</param>
    /// <param name="accounts">The Password Boss side.</param>
    /// <param name="journal">The journal of the connection.</param>
    /// <param name="clock">The time.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public static async Task<UnmatchedParties> ReadAsync(
        ConnectionSettings connection, IDirectoryReader directory, IAccountDirectory accounts, ISyncJournal journal, IClock clock, IRunObserver observer, CancellationToken cancellationToken)
    {
        if (connection.UserGroup is not { } userGroup)
            throw new ConnectorException(Problems.UserGroupNotChosen(connection.Name));
        var time = new RunClock(clock);
        var start = journal.LoadStart();
        time.StartFrom(start.NewestTime);
        var options = new SyncOptions { Full = true };
        using var limit = new RunLimit(time, options.FullDeadline, isEnforced: true, cancellationToken);
        var sources = new RunSources(connection, userGroup, directory, accounts, journal, start, new StateLoader(journal, start, time, isPreview: true), time, observer);
        var reader = new FullReader(sources, options, null, preview: true);
        try
        {
            switch (await reader.ReadAsync(limit).ConfigureAwait(false))
            {
                case ReadOutcome.Read read:
                    // For example, an account that cannot be read is in no list.
                    foreach (var warning in read.Warnings)
                        observer.Warning(connection.Name, warning);
                    return new UnmatchedParties(connection, read.Input);
                case ReadOutcome.Refused refused:
                    throw new ConnectorException(refused.Refusal);
                case var other:
                    throw new InvalidOperationException(other.GetType().Name);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectorException(limit.StoppedBy());
        }
    }

    /// <summary>The users of the user group without an account, by address, each with the reason.</summary>
    public IEnumerable<PBMissingLink> UsersWithoutAccount()
    {
        var planned = plan.Changes.Where(c => c is { EntraId: not null, GroupId: null }).ToLookup(c => c.EntraId, EntraId.Comparer);
        var states = new PersonStates(input);
        var missing = new List<PBMissingLink>();
        for (var place = 0; place < input.Roster.Entries.Count; place++)
        {
            var entry = input.Roster.Entries[place];
            if (entry.Listed is { } user && MissingAccount.AppliesTo(entry, input.Accounts))
                missing.Add(Render(user, MissingAccount.Of(states.PersonAt(place), planned[user.Id].ToList())));
        }

        return missing.OrderBy(m => m.User, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>
    /// The accounts that no user explains, by address: not linked, here or in another connection, and no member of the user group has their address or external ID. Throws if
    /// too many linked accounts are missing, as with the token of another company: all of its accounts would look like orphans.
    /// </summary>
    public IEnumerable<Account> AccountsWithoutUser()
    {
        if (VanishedAccountsLimit.Of(input).Refusal is { } refusal)
            throw new ConnectorException(refusal);
        var elsewhere = new HashSet<string>(input.State.LinkedElsewhere.Select(l => l.AccountId), AccountId.Comparer);
        var ids = new HashSet<string>(input.UserGroup.Users.Select(u => u.Id), EntraId.Comparer);
        var addresses = new HashSet<string>(input.UserGroup.Users.Select(u => EmailAddress.Choose(u, input.Rules.EmailSource)).OfType<string>(), EmailAddress.Comparer);
        return input.Accounts.Listed
            .Where(a => input.Roster.OwnerOf(a.Id) is null or { Link.Kind: LinkKind.Retired })
            .Where(a => !(elsewhere.Contains(a.Id) && StateRecovery.IsLinkedElsewhere(input.State, a)))
            .Where(a => !(a.ExternalId is { Length: > 0 } id && ids.Contains(id)) && !addresses.Contains(a.UserName))
            .OrderBy(a => a.UserName, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The groups of Password Boss, as far as they were read.</summary>
    public IReadOnlyList<AccountGroup> Groups => input.AccountGroups;

    /// <summary>Whether the server has groups that were not read.</summary>
    public bool LacksGroups => input.Capabilities.Groups && input.AccountGroups.Count == 0;

    private PBMissingLink Render(DirectoryUser user, MissingAccount missing) => LinkViews.RenderMissing(
        connection,
        user,
        EmailAddress.Choose(user, input.Rules.EmailSource) ?? user.UserPrincipalName,
        missing.Change?.AccountId,
        missing.Reason,
        missing.Change?.Obstacle?.Id);
}
