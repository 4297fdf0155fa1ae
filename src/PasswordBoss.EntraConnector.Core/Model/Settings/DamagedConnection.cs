using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>A stored connection whose settings cannot be read. Its name is stored separately, so that commands can refer to it and remove it.</summary>
/// <param name="Key">Its key in the store.</param>
/// <param name="Id">Its id; null if it cannot be read either.</param>
/// <param name="Name">Its name.</param>
/// <param name="Reason">What is wrong.</param>
public sealed record DamagedConnection(long Key, Guid? Id, string Name, MessageArgument Reason)
{
    /// <summary>The error for every command that needs the settings.</summary>
    public Problem ToError() => Problems.ConnectionDamaged(Name, Reason).About(Name);
}
