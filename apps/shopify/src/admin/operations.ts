/** Every operation this app sends to the Admin API. A test holds each against the schema that Shopify publishes. */

const IMAGE_FIELDS = /* GraphQL */ `
  fragment ImageFile on MediaImage {
    __typename
    id
    fileStatus
    updatedAt
    image { url width height }
    originalSource { fileSize }
  }
`;

export const SHOP = /* GraphQL */ `
  query FreshetShop {
    shop { name myshopifyDomain url primaryDomain { host url } domains { url } }
    currentAppInstallation { id accessScopes { handle } }
  }
`;

export const PRODUCT = /* GraphQL */ `
  query FreshetProduct($id: ID!, $after: String) {
    product(id: $id) {
      id
      title
      media(first: 50, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id mediaContentType status ...ImageFile }
      }
    }
  }
  ${IMAGE_FIELDS}
`;

export const COLLECTION = /* GraphQL */ `
  query FreshetCollection($id: ID!) {
    collection(id: $id) { id title updatedAt image { url width height } }
  }
`;

export const FILES_BY_ID = /* GraphQL */ `
  query FreshetFiles($ids: [ID!]!) {
    nodes(ids: $ids) { id ...ImageFile }
  }
  ${IMAGE_FIELDS}
`;

export const CHANGED_FILES = /* GraphQL */ `
  query FreshetChangedFiles($query: String!, $first: Int!, $after: String) {
    files(query: $query, sortKey: UPDATED_AT, first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id ...ImageFile }
    }
  }
  ${IMAGE_FIELDS}
`;

export const CHANGED_COLLECTIONS = /* GraphQL */ `
  query FreshetChangedCollections($query: String!, $first: Int!, $after: String) {
    collections(query: $query, sortKey: UPDATED_AT, first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id title updatedAt image { url width height } }
    }
  }
`;

export const RUN_BULK = /* GraphQL */ `
  mutation FreshetSweep($query: String!) {
    bulkOperationRunQuery(query: $query, groupObjects: false) {
      bulkOperation { id status }
      userErrors { code field message }
    }
  }
`;

export const BULK_STATE = /* GraphQL */ `
  query FreshetSweepState($id: ID!) {
    bulkOperation(id: $id) { id status errorCode objectCount fileSize url }
  }
`;

export const PUBLISH_SETTINGS = /* GraphQL */ `
  mutation FreshetPublish($metafields: [MetafieldsSetInput!]!) {
    metafieldsSet(metafields: $metafields) {
      metafields { id }
      userErrors { code field message }
    }
  }
`;

/** What a sweep walks over, by bulk operations; each stands for itself as a query, too. */
export const BULK_FILES = /* GraphQL */ `
  query FreshetAllFiles {
    files(query: "media_type:IMAGE") {
      edges {
        node {
          id
          __typename
          ... on MediaImage { fileStatus updatedAt image { url width height } originalSource { fileSize } }
        }
      }
    }
  }
`;

export const BULK_COLLECTIONS = /* GraphQL */ `
  query FreshetAllCollections {
    collections {
      edges {
        node { id __typename title updatedAt image { url width height } }
      }
    }
  }
`;

/** By name, for the test that holds them against the schema. */
export const OPERATIONS = {
  SHOP,
  PRODUCT,
  COLLECTION,
  FILES_BY_ID,
  CHANGED_FILES,
  CHANGED_COLLECTIONS,
  RUN_BULK,
  BULK_STATE,
  PUBLISH_SETTINGS,
  BULK_FILES,
  BULK_COLLECTIONS,
} as const satisfies Record<string, string>;
