/**
 * What the command line has the operator's own code answer; each program knows the other by its contracts
 * alone, so that only this folder brings them together.
 *
 * @returns {Promise<import('../cli/manifest/operator-code.ts').OperatorCode>}
 */
export const loadOperatorCode = async () => {
  const [{ renderedOf }, { assignSysctls }, { isEligible }, definition] = await Promise.all([
    import('../operator/preview/rendered.ts'),
    import('../operator/sysctls/assign-sysctls.ts'),
    import('../operator/objects/placement.ts'),
    import('../operator/objects/definition-skew.ts'),
  ]);
  return {
    renderedOf,
    assignSysctls,
    isEligible,
    definitionSkewIn(document) {
      const served = definition.servedSchema(document);
      return served && definition.definitionSkew(served);
    },
  };
};
