using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>The status after the last run.</summary>
public sealed class StatusTests
{
    private readonly World world = new(others: 20);

    private string Status => world.Service.GetStatus(World.Name).Message;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void The_status_lists_the_unhandled_users_after_a_Partial_run(int people)
    {
        world.Sync();
        Assert.Equal("The last run succeeded.", Status);
        var unknown = world.UserGroup.Members.Take(people).ToList();
        unknown.ForEach(id => world.Entra.MissingFromLists.Add((world.UserGroup.Id, id)));

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, people), (result.Outcome, result.Changes.Count(c => c.ErrorId == "PersonUnknown")));
        Assert.StartsWith("The last run did not handle all users. Still open: ", Status, StringComparison.Ordinal);
        Assert.Contains(result.Changes[0].Email ?? result.Changes[0].DisplayName!, Status, StringComparison.Ordinal);
        Assert.Equal(people > 5, Status.Contains(" and 2 more;", StringComparison.Ordinal));
        world.Entra.MissingFromLists.Clear();
        Assert.Equal((SyncOutcome.NoChange, "The last run succeeded."), (world.Sync().Outcome, Status));
    }

    /// <summary>Without a response it is unknown whether Microsoft would refuse the sign-in. Without a usable credential, Microsoft was not asked.</summary>
    [Theory]
    [InlineData(ErrorId.SignInUnreachable, null, ConnectorStatus.Connected)]
    [InlineData(ErrorId.SignInUnreachable, ErrorId.SecretExpired, ConnectorStatus.NotAuthorized)]
    [InlineData(ErrorId.CredentialUnavailable, null, ConnectorStatus.Connected)]
    [InlineData(ErrorId.CredentialUnavailable, ErrorId.SecretExpired, ConnectorStatus.NotAuthorized)]
    public void A_sign_in_that_Microsoft_does_not_answer_is_a_failure_and_leaves_the_status_unchanged(ErrorId error, ErrorId? before, ConnectorStatus expected)
    {
        world.Sync();
        if (before is { } refusal)
        {
            world.Entra.FaultOn = (_, _) => new Fault(refusal);
            world.Sync();
        }

        world.Entra.FaultOn = (_, _) => new Fault(error);
        var result = world.Sync();

        Assert.Equal((SyncOutcome.Failed, error.ToString()), (result.Outcome, result.ErrorId));
        var status = world.Service.GetStatus(World.Name);
        Assert.Equal((expected, SyncOutcome.Failed), (status.Status, status.LastOutcome));
        Assert.NotNull(status.FailingSince);
    }

    /// <summary>Whether Microsoft refused the application or its credential cannot be used here, no request to Graph can be sent.</summary>
    [Theory]
    [InlineData(ErrorId.CredentialUnavailable, false)]
    [InlineData(ErrorId.SecretExpired, true)]
    [InlineData(ErrorId.ConsentMissing, true)]
    public void Without_a_usable_credential_there_is_no_token(ErrorId error, bool byMicrosoft) =>
        Assert.Equal((byMicrosoft, true, true), (ErrorCatalog.MeansNotAuthorized(error), ErrorCatalog.MeansNoAccess(error), ErrorCatalog.MeansNoToken(error)));

    [Fact]
    public void The_status_shows_a_Partial_run_without_stored_messages()
    {
        world.Sync();
        world.State.Health = world.State.Health with { LastOutcome = SyncOutcome.Partial };

        Assert.Equal("The last run did not handle all users; see Get-PBSyncHistory.", Status);
    }

    [Fact]
    public void The_status_of_a_paused_connection_keeps_the_reason_and_the_remedy()
    {
        world.Sync();
        world.UserGroup.Members.Take(8).ToList().ForEach(world.Leave);
        world.Sync();
        var paused = Status;
        world.Entra.FaultOn = (_, _) => new Fault(ErrorId.GraphFailed);

        Assert.Equal(SyncOutcome.Failed, world.Sync().Outcome);

        Assert.Equal(ConnectorStatus.Paused, world.Service.GetStatus(World.Name).Status);
        Assert.Contains("-Force", paused, StringComparison.Ordinal);
        Assert.StartsWith(paused + " Microsoft Graph failed", Status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("anna@contoso.com", "The account 'anna@contoso.com' failed.", true)]
    [InlineData("anna@contoso.com", "joanna@contoso.com", false)]
    [InlineData("Al", "Alice, Bob", false)]
    [InlineData("Al", "Alice, Al", true)]
    public void A_sentence_names_a_user_only_with_the_whole_name(string name, string argument, bool expected)
    {
        var change = new ChangeRecord { Action = SyncAction.Update, Outcome = ChangeOutcome.Failed, Email = name, Reason = Texts.StatusOk };

        Assert.Equal(expected, ChangeSubject.IsNamed(change, new Message("Error_AddressMissing", argument)));
    }

    [Fact]
    public void The_health_has_the_times_of_the_last_success_and_of_the_first_failure_after_it()
    {
        world.Sync();
        var success = Health().LastSuccess;
        Assert.Equal((Health().LastSync, null), (success, Health().FailingSince));
        Assert.NotNull(success);
        world.Store.Locked = true;
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Sync();
        var failing = Health().FailingSince;
        Assert.Equal(Health().LastSync, failing);
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Sync();
        Assert.Equal((success, failing), (Health().LastSuccess, Health().FailingSince));
        world.Store.Locked = false;
        world.Sync();
        Assert.Equal((Health().LastSync, null), (Health().LastSuccess, Health().FailingSince));

        Model.ConnectionHealth Health() => world.Store.Of(world.Connection.Id).Health;
    }
}
