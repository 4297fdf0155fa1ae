using System.Management.Automation;
using PasswordBoss.EntraConnector.Completion;
using PasswordBoss.EntraConnector.Pipeline;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Commands;

/// <summary>Changes the sync rules of a connection.</summary>
[Cmdlet(VerbsCommon.Set, "PBSyncRule", SupportsShouldProcess = true)]
[OutputType(typeof(PBSyncRule))]
public sealed class SetPBSyncRuleCommand : ConnectionCommand
{
    /// <summary>For a new user in the user group.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public NewUserRule? NewUser { get; set; }

    /// <summary>For a user deleted in Entra.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public LeaverRule? DeletedUser { get; set; }

    /// <summary>For a user disabled in Entra.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public LeaverRule? DisabledUser { get; set; }

    /// <summary>For a user who left the user group.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public LeaverRule? RemovedUser { get; set; }

    /// <summary>For an account that already has a new user's address.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public ExistingAccountRule? ExistingAccount { get; set; }

    /// <summary>For a synced group that was deselected or deleted in Entra.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public RemovedGroupRule? RemovedGroup { get; set; }

    /// <summary>The days between a leaving event with the rule Delete and the deletion; until then the account is disabled. 0 deletes at once.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RuleNumberCompleter))]
    public int? DeleteAfterDays { get; set; }

    /// <summary>For a member of a synced group whose account is not linked.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public UnknownMemberRule? UnknownMember { get; set; }

    /// <summary>The source of a user's address.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public EmailSource? EmailSource { get; set; }

    /// <summary>For guests in the user group.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public GuestUserRule? GuestUser { get; set; }

    /// <summary>The maximum share of accounts, in percent, that may be removed. Removals above it are refused if they also exceed the count.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RuleNumberCompleter))]
    public int? MaxRemovalPercent { get; set; }

    /// <summary>Up to this number of removals in 24 hours is allowed, regardless of the percentage.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RuleNumberCompleter))]
    public int? MaxRemovalCount { get; set; }

    /// <summary>The hours between two full runs.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RuleNumberCompleter))]
    public int? FullSyncHours { get; set; }

    /// <summary>Start from the defaults.</summary>
    [Parameter]
    public SwitchParameter Reset { get; set; }

    /// <summary>Emit the rules.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachTarget(connection =>
    {
        var service = Service;
        var rules = RunPrepared<PBSyncRule?>((observer, pump) =>
        {
            var approver = new StepApprover(this, pump);
            return token => service.SetRulesAsync(connection, Change, Reset, approver, observer, token);
        });
        if (PassThru && rules is not null)
            WriteObject(rules);
    });

    private SyncRules Change(SyncRules rules) => rules with
    {
        NewUser = NewUser ?? rules.NewUser,
        DeletedUser = DeletedUser ?? rules.DeletedUser,
        DisabledUser = DisabledUser ?? rules.DisabledUser,
        RemovedUser = RemovedUser ?? rules.RemovedUser,
        ExistingAccount = ExistingAccount ?? rules.ExistingAccount,
        RemovedGroup = RemovedGroup ?? rules.RemovedGroup,
        DeleteAfterDays = DeleteAfterDays ?? rules.DeleteAfterDays,
        UnknownMember = UnknownMember ?? rules.UnknownMember,
        EmailSource = EmailSource ?? rules.EmailSource,
        GuestUser = GuestUser ?? rules.GuestUser,
        MaxRemovalPercent = MaxRemovalPercent ?? rules.MaxRemovalPercent,
        MaxRemovalCount = MaxRemovalCount ?? rules.MaxRemovalCount,
        FullSyncHours = FullSyncHours ?? rules.FullSyncHours,
    };
}
