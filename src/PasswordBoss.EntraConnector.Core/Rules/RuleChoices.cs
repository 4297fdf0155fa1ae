namespace PasswordBoss.EntraConnector;

/// <summary>What happens for a new user in the user group.</summary>
public enum NewUserRule
{
    /// <summary>Create an active account.</summary>
    CreateActive,
    /// <summary>Create an account that an admin of Password Boss must approve.</summary>
    CreatePending,
}

/// <summary>
/// What happens to the account of a leaver, in order of strength: comparisons depend on it. A weaker rule never undoes a stronger one that was applied.
/// </summary>
public enum LeaverRule
{
    /// <summary>Leave the account as it is.</summary>
    None,
    /// <summary>Disable the account.</summary>
    Disable,
    /// <summary>Take the account out of the business.</summary>
    ConvertToPersonal,
    /// <summary>Delete the account, its vault and its shares.</summary>
    Delete,
}

/// <summary>What happens if an account already has a new user's address.</summary>
public enum ExistingAccountRule
{
    /// <summary>Link it if it has the user's external ID, or if both its address and its name match the user's.</summary>
    Adopt,
    /// <summary>Leave it alone and report it.</summary>
    Skip,
    /// <summary>Link it if its address matches, whatever its name. An address alone proves nothing, because the mail attribute is not verified.</summary>
    AdoptAny,
}

/// <summary>What happens to a synced group that is deselected or deleted in Entra.</summary>
public enum RemovedGroupRule
{
    /// <summary>Keep the group and let Password Boss manage it.</summary>
    Release,
    /// <summary>Delete the group.</summary>
    Delete,
}

/// <summary>What happens to a member of a synced group whose account is not linked.</summary>
public enum UnknownMemberRule
{
    /// <summary>Report the account in full runs.</summary>
    Report,
    /// <summary>Remove the account from the group.</summary>
    Remove,
}

/// <summary>Which attribute of the Entra user is the user's address.</summary>
public enum EmailSource
{
    /// <summary><c>mail</c>.</summary>
    Mail,
    /// <summary><c>userPrincipalName</c>.</summary>
    UserPrincipalName,
    /// <summary><c>mail</c>, or <c>userPrincipalName</c> if it is empty.</summary>
    MailThenUserPrincipalName,
}

/// <summary>Whether guests of the tenant in the user group get accounts.</summary>
public enum GuestUserRule
{
    /// <summary>Treat guests like other users: an admin put them in the group.</summary>
    Include,
    /// <summary>Create no accounts for guests.</summary>
    Skip,
}
