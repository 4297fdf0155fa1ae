namespace PasswordBoss.EntraConnector;

/// <summary>What happens for a person who is new in the user group.</summary>
public enum NewUserRule
{
    /// <summary>Create an active account.</summary>
    CreateActive,
    /// <summary>Create an account that an admin of Password Boss must approve.</summary>
    CreatePending,
}

/// <summary>What happens to the account of somebody who leaves, weakest first: a weaker choice never undoes a stronger one that was done.</summary>
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

/// <summary>What happens when an account already stands at a new person's address.</summary>
public enum ExistingAccountRule
{
    /// <summary>Link it when it bears the user's external id, or when its address and its name agree with the user's.</summary>
    Adopt,
    /// <summary>Leave it alone and say so.</summary>
    Skip,
    /// <summary>Link it when its address agrees, whatever its name. An address proves nothing by itself: nobody verifies the mail attribute.</summary>
    AdoptAny,
}

/// <summary>What happens to a synced group that is deselected or deleted in Entra.</summary>
public enum RemovedGroupRule
{
    /// <summary>Keep the group and leave it to Password Boss.</summary>
    Release,
    /// <summary>Delete the group.</summary>
    Delete,
}

/// <summary>What happens to a member of a synced group whose account is not linked.</summary>
public enum UnknownMemberRule
{
    /// <summary>Name the account in full runs.</summary>
    Report,
    /// <summary>Remove the account from the group.</summary>
    Remove,
}

/// <summary>Which attribute of the Entra user is the person's address.</summary>
public enum EmailSource
{
    /// <summary><c>mail</c>.</summary>
    Mail,
    /// <summary><c>userPrincipalName</c>.</summary>
    UserPrincipalName,
    /// <summary><c>mail</c>, and where it is empty <c>userPrincipalName</c>.</summary>
    MailThenUserPrincipalName,
}

/// <summary>Whether guests of the tenant who are in the user group get accounts.</summary>
public enum GuestUserRule
{
    /// <summary>As everybody else: an admin put them in the group.</summary>
    Include,
    /// <summary>No new account for guests.</summary>
    Skip,
}
