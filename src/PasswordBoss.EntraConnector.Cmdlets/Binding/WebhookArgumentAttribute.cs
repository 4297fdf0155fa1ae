using System;
using System.Management.Automation;
using System.Net;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>Lets the address of a webhook be a secure string, or a text. Errors leave the value out, because the address is a secret.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class WebhookArgumentAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            string text => new NetworkCredential("", text).SecurePassword,
            Uri address => new NetworkCredential("", address.OriginalString).SecurePassword,
            System.Security.SecureString secret => secret,
            var other => throw new ArgumentTransformationMetadataException(Texts.ArgumentOtherType(nameof(System.Security.SecureString), other?.GetType().Name ?? "null").Render()),
        };
}
