namespace PasswordBoss.EntraConnector.Model;

/// <summary>
/// The steps of a run, in order. Access is taken away first and given next. Destructive steps come last, so that an interrupted run has destroyed no more than
/// necessary.
/// </summary>
public enum PlanStep
{
    /// <summary>Accounts of users who left are disabled.</summary>
    TakeAccess,
    /// <summary>Accounts are created, adopted, enabled and updated.</summary>
    GiveAccess,
    /// <summary>Former accounts are disabled, once their users have another one.</summary>
    RetireFormerAccounts,
    /// <summary>Groups are created and updated.</summary>
    WriteGroups,
    /// <summary>Members are added to groups.</summary>
    AddMembers,
    /// <summary>Members are removed from groups.</summary>
    RemoveMembers,
    /// <summary>Accounts are made personal or deleted.</summary>
    Destroy,
    /// <summary>Groups are released and deleted.</summary>
    LeaveGroups,
    /// <summary>Only the state is changed; nothing is written to Password Boss.</summary>
    StateOnly,
}
